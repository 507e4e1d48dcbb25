/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A content coding with something wrong with it, chosen by macros; see meson.build. */
#include <stdlib.h>
#include <tern/tern-plugin.h>
#include <tern/tern-plugins.h>

#ifndef SYMBOL
#define SYMBOL OWN_SYMBOL
#endif
#ifndef ABI
#define ABI TERN_PLUGIN_ABI
#endif
#ifndef KIND
#define KIND TERN_PLUGIN_CONTENT_CODING
#endif
#ifndef SIZE
#define SIZE sizeof (TernContentCodingInterface)
#endif
#ifndef NAMES
#define NAMES ID
#endif
#ifndef GET_TYPE
#define GET_TYPE good_get_type
#endif
#ifndef CORE
#define CORE tern_get_major_version
#endif
#ifndef TYPE_FLAGS
#define TYPE_FLAGS G_TYPE_FLAG_NONE
#endif
#ifndef DECODER
#define DECODER create_decoder
#endif

G_GNUC_UNUSED static GConverter *
create_decoder (TernContentCoding *coding)
{
  return G_CONVERTER (g_charset_converter_new ("UTF-8", "UTF-8", NULL));
}

G_GNUC_UNUSED static void
coding_init (gpointer iface, gpointer data)
{
  ((TernContentCodingInterface *) iface)->create_decoder = DECODER;
}

/* Not with G_DEFINE_TYPE, which forgives a second call: whoever makes one is found out by
 * GObject. */
G_GNUC_UNUSED static GType
good_get_type (void)
{
  const GInterfaceInfo info = { coding_init, NULL, NULL };
  GType type = g_type_register_static_simple (G_TYPE_OBJECT, "Tern-" ID, sizeof (GObjectClass),
                                              NULL, sizeof (GObject), NULL, TYPE_FLAGS);

  g_type_add_interface_static (type, TERN_TYPE_CONTENT_CODING, &info);
  return type;
}

G_GNUC_UNUSED static GType
aborting_get_type (void)
{
  g_printerr ("a type was asked of a module that must be refused\n");
  abort ();
}

G_GNUC_UNUSED static GType
zero_get_type (void)
{
  return G_TYPE_INVALID;
}

G_GNUC_UNUSED static GType
slow_get_type (void)
{
  g_usleep (100 * 1000);
  return good_get_type ();
}

/* Nothing may be locked while this runs. */
G_GNUC_UNUSED static GType
asking_get_type (void)
{
  g_autoptr (GListModel) list = tern_plugins_list ();
  g_autoptr (GObject) other = tern_plugins_create (KIND, "broken-good", NULL);

  tern_plugins_add_path ("/nonexistent");
  return other != NULL && g_list_model_get_n_items (list) > 0 ? good_get_type () : G_TYPE_INVALID;
}

G_GNUC_UNUSED static GType
recursive_get_type (void)
{
  g_autoptr (GObject) self = tern_plugins_create (KIND, ID, NULL);

  return self == NULL ? G_TYPE_INVALID : G_OBJECT_TYPE (self);
}

G_GNUC_UNUSED static guint
another_core (void)
{
  return TERN_MAJOR_VERSION;
}

TERN_PLUGIN_EXPORT extern const TernPlugin SYMBOL;
const TernPlugin SYMBOL = { ABI, KIND, SIZE, NAMES, GET_TYPE, CORE };
