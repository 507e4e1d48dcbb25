/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors from text; what makes one broken as a file is in tests/broken. */
#include <string.h>
#include <tern/tern-error.h>

#include "plugin/tern-plugin-descriptor.h"

static TernPluginDescriptor *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  TernPluginDescriptor *descriptor = tern_plugin_descriptor_parse (
      "/some/folder/coding-x.tern-plugin", text, strlen (text), &error);

  g_assert_no_error (error);
  return descriptor;
}

static void
test_whole (void)
{
  g_autoptr (TernPluginDescriptor) d = parse ("# a comment\n"
                                              "[Plugin]\n"
                                              "Kind=content-coding\n"
                                              "Names=x; X-X ;x+y;\n"
                                              "Module=libtern-coding-x\n"
                                              "Rank=-5\n"
                                              "Abi=1\n"
                                              "MinCore=1.0\n"
                                              "Name=x coding\n"
                                              "Name[xx]=another language\n"
                                              "Description=Codes x\n"
                                              "Licence=GPL-3.0-or-later\n"
                                              "Later=a key of a later version\n"
                                              "[Later]\n"
                                              "Group=of a later version\n");

  g_assert_cmpstr (d->id, ==, "coding-x");
  g_assert_cmpint (d->kind, ==, TERN_PLUGIN_CONTENT_CODING);
  g_assert_cmpuint (g_strv_length (d->names), ==, 3);
  g_assert_cmpstr (d->names[0], ==, "x");
  g_assert_cmpstr (d->names[1], ==, "x-x");
  g_assert_cmpstr (d->names[2], ==, "x+y");
  g_assert_cmpstr (d->module, ==, "libtern-coding-x");
  g_assert_cmpint (d->rank, ==, -5);
  g_assert_cmpstr (d->title, ==, "x coding");
  g_assert_cmpstr (d->description, ==, "Codes x");
  g_assert_cmpstr (d->licence, ==, "GPL-3.0-or-later");
  g_assert_true (tern_plugin_descriptor_fits (d, "file", NULL));
}

static void
test_shortest (void)
{
  g_autoptr (TernPluginDescriptor) d
      = parse ("[Plugin]\nKind=cache-store\nNames=a\nModule=m\nAbi=1\n");

  g_assert_cmpint (d->kind, ==, TERN_PLUGIN_CACHE_STORE);
  g_assert_cmpint (d->rank, ==, 0);
  g_assert_cmpstr (d->title, ==, "");
}

static void
test_names (void)
{
  const char *const bad[] = { "", ";", ";a", "a;;b", "a;a", "a;A", "a b", "a/b", "a,b", "\"a\"",
                              "a\tb", "\xc3\xa9",
                              "a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q",
                              "0123456789012345678901234567890123456789012345678901234567890123x" };
  const char *const good[] = { "a", "a;", "a; b ;c;", "x-gzip", "a.b",
                               "a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p",
                               "0123456789012345678901234567890123456789012345678901234567890123" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (GStrv) names = tern_plugin_descriptor_split_names (bad[i]);

      g_assert_null (names);
    }
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_auto (GStrv) names = tern_plugin_descriptor_split_names (good[i]);

      g_assert_nonnull (names);
    }
}

static void
test_versions (void)
{
  static const struct
  {
    const char *version;
    int verdict; /* 1 fits, 0 too new, -1 no version */
  } cases[] = {
    { "0.9", 1 },  { "0.99.99", 1 }, { "1", 1 },     { "1.0", 1 },   { "1.0.0", 1 }, { "1.0.1", 0 },
    { "1.1", 0 },  { "2", 0 },       { "2.0.0", 0 }, { "10.0", 0 },  { "", -1 },     { "1.", -1 },
    { ".1", -1 },  { "1..0", -1 },   { "a", -1 },    { "1.0a", -1 }, { "1.0.0.0", -1 },
    { "-1", -1 },  { "99999999999", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text
          = g_strdup_printf ("[Plugin]\nKind=auth-scheme\nNames=a\nModule=m\nAbi=1\nMinCore=%s\n",
                             cases[i].version);
      g_autoptr (GError) error = NULL;
      g_autoptr (TernPluginDescriptor) d
          = tern_plugin_descriptor_parse ("a.tern-plugin", text, strlen (text), &error);

      g_assert_cmpint (d != NULL, ==, cases[i].verdict >= 0);
      if (d == NULL)
        {
          g_assert_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN);
          continue;
        }
      g_assert_cmpint (tern_plugin_descriptor_fits (d, "a.tern-plugin", &error), ==,
                       cases[i].verdict);
      if (cases[i].verdict == 0)
        g_assert_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_WRONG_ABI);
    }
}

/* Whatever is cut off or changed in a descriptor, it is taken whole or refused with an error. */
static void
test_damaged (void)
{
  const char text[] = "[Plugin]\nKind=auth-scheme\nNames=a;b\nModule=m\nRank=1\nAbi=1\n";
  char copy[sizeof text];

  for (gsize len = 0; len < sizeof text; len++)
    for (guint byte = 0; byte < 256; byte++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (TernPluginDescriptor) d = NULL;

        memcpy (copy, text, sizeof text);
        copy[len] = (char) byte;
        d = tern_plugin_descriptor_parse ("a.tern-plugin", copy, byte % 2 ? len : sizeof text - 1,
                                          &error);
        if (d == NULL)
          g_assert_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN);
        else
          g_assert_null (strpbrk (d->module, "/"));
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/descriptor/whole", test_whole);
  g_test_add_func ("/descriptor/shortest", test_shortest);
  g_test_add_func ("/descriptor/names", test_names);
  g_test_add_func ("/descriptor/versions", test_versions);
  g_test_add_func ("/descriptor/damaged", test_damaged);
  return g_test_run ();
}
