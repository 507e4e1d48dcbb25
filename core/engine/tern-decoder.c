/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GConverter between two readers. It hands out nothing after an error, calls a body whole only
 * when its coding ended, and counts what comes out against what went in (CVE-2025-66471 and its
 * kin). */
#include "engine/tern-decoder.h"

#include <inttypes.h>
#include <string.h>
#include <tern/plugin/tern-content-coding.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "plugin/tern-registry.h"

#define IN_SIZE (32 * 1024)
#define RATIO_FLOOR (10 * 1024 * 1024)

typedef struct _Decoder Decoder;

struct _Decoder
{
  TernReader reader;
  TernReader *inner;
  const Decoder *below; /* the inner reader, where that is one as well */
  GConverter *converter;
  TernDecoderLimits limits;
  char *coding;
  char *host;
  char *in;
  gsize in_at;
  gsize in_end;
  guint64 total_in;
  guint64 total_out;
  gboolean in_ended;
  gboolean ended;
  GError *failed;
};

static TernStep
fail (Decoder *self, GError *cause, GError **error)
{
  self->failed = cause;
  g_propagate_error (error, g_error_copy (cause));
  return TERN_STEP_FAILED;
}

static TernStep
fail_decoding (Decoder *self, GError *why, GError **error)
{
  g_autoptr (GError) owned = why;

  tern_reader_spoil (self->inner);
  return fail (
      self,
      g_error_new (TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED,
                   _ ("The body of %s is said to be coded with %s and does not decode: %s"),
                   self->host, self->coding, owned->message),
      error);
}

/* Codings on top of each other multiply: what counts is what came over the wire. */
static gboolean
is_too_much (const Decoder *self)
{
  const Decoder *lowest = self;

  while (lowest->below)
    lowest = lowest->below;
  if (self->limits.limit > 0 && self->total_out > self->limits.limit)
    return TRUE;
  return self->limits.ratio > 0 && self->total_out > RATIO_FLOOR
         && self->total_out / self->limits.ratio > lowest->total_in;
}

/* Reads coded bytes behind those that the converter left. */
static TernStep
fill (Decoder *self, TernWait *wait, GError **error)
{
  gsize n = 0;
  TernStep step;

  if (!self->in)
    self->in = g_malloc (IN_SIZE);
  if (self->in_at > 0)
    memmove (self->in, self->in + self->in_at, self->in_end - self->in_at);
  self->in_end -= self->in_at;
  self->in_at = 0;
  if (self->in_end == IN_SIZE)
    return fail_decoding (self,
                          g_error_new (G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s",
                                       _ ("the decoder takes nothing of its input")),
                          error);
  step = tern_reader_read (self->inner, self->in + self->in_end, IN_SIZE - self->in_end, &n, wait,
                           error);
  if (step != TERN_STEP_DONE)
    return step;
  self->in_end += n;
  self->total_in += n;
  self->in_ended = n == 0;
  return TERN_STEP_DONE;
}

/* What one call of the converter came to: DONE with *n bytes, or nothing yet. */
static TernStep
convert (Decoder *self, void *buffer, gsize len, gsize *n, GError **error)
{
  GError *why = NULL;
  gsize used = 0;
  GConverterResult result;

  result = g_converter_convert (
      self->converter, self->in + self->in_at, self->in_end - self->in_at, buffer, len,
      self->in_ended ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS, &used, n, &why);
  self->in_at += used;
  if (result == G_CONVERTER_ERROR)
    {
      *n = 0;
      if (!self->in_ended && g_error_matches (why, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
        {
          g_error_free (why);
          return TERN_STEP_WAIT; /* more input is needed */
        }
      return fail_decoding (self, why, error);
    }
  self->ended = result == G_CONVERTER_FINISHED;
  self->total_out += *n;
  if (!is_too_much (self))
    return TERN_STEP_DONE;
  *n = 0;
  return fail (self,
               g_error_new (TERN_ERROR, TERN_ERROR_DECODE_LIMIT,
                            _ ("The decoded body of %s passes its limit after %" PRIu64 " bytes"),
                            self->host, self->total_out),
               error);
}

/* The coding has ended: so must the body, which also sets its connection free. */
static TernStep
read_end (Decoder *self, TernWait *wait, GError **error)
{
  TernStep step = TERN_STEP_DONE;

  if (self->in_at == self->in_end && !self->in_ended)
    step = fill (self, wait, error);
  if (step != TERN_STEP_DONE || self->in_at == self->in_end)
    return step;
  return fail_decoding (
      self,
      g_error_new (G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s", _ ("there are bytes behind its end")),
      error);
}

static TernStep
decoder_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  Decoder *self = (Decoder *)reader;
  TernStep step;

  *n = 0;
  if (self->failed)
    {
      g_propagate_error (error, g_error_copy (self->failed));
      return TERN_STEP_FAILED;
    }
  while (*n == 0 && !self->ended && len > 0)
    {
      if (self->in_at == self->in_end && !self->in_ended)
        {
          step = fill (self, wait, error);
          if (step != TERN_STEP_DONE)
            return step;
        }
      /* An empty body is an empty body, whatever it is said to be coded with. */
      if (self->in_ended && self->total_in == 0)
        self->ended = TRUE;
      else
        {
          step = convert (self, buffer, len, n, error);
          if (step == TERN_STEP_WAIT)
            step = fill (self, wait, error);
          if (step != TERN_STEP_DONE)
            return step;
        }
    }
  return *n == 0 && self->ended && !self->in_ended ? read_end (self, wait, error) : TERN_STEP_DONE;
}

static TernHeaders *
decoder_get_trailers (TernReader *reader)
{
  return tern_reader_get_trailers (((Decoder *)reader)->inner);
}

static void
decoder_free (TernReader *reader)
{
  Decoder *self = (Decoder *)reader;

  tern_reader_free (self->inner);
  g_object_unref (self->converter);
  g_clear_error (&self->failed);
  g_free (self->coding);
  g_free (self->host);
  g_free (self->in);
  g_free (self);
}

static TernReader *
decoder_peel (TernReader *reader)
{
  return ((Decoder *)reader)->inner;
}

static void
decoder_spoil (TernReader *reader)
{
  tern_reader_spoil (((Decoder *)reader)->inner);
}

static const TernReaderClass decoder_class = {
  .read = decoder_read,
  .get_trailers = decoder_get_trailers,
  .peel = decoder_peel,
  .spoil = decoder_spoil,
  .free = decoder_free,
};

static TernReader *
decoder_new (TernReader *inner,
             const char *coding,
             const TernDecoderLimits *limits,
             const char *host,
             GError **error)
{
  g_autoptr (TernContentCoding) plugin
      = tern_registry_create (TERN_PLUGIN_CONTENT_CODING, coding, error);
  GConverter *converter = plugin ? tern_content_coding_create_decoder (plugin) : NULL;
  Decoder *self;

  if (!converter)
    {
      if (plugin)
        g_set_error (error, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED,
                     _ ("The plugin for %s has no decoder"), coding);
      return NULL;
    }
  self = g_new0 (Decoder, 1);
  self->reader.klass = &decoder_class;
  self->inner = inner;
  self->below = inner->klass == &decoder_class ? (Decoder *)inner : NULL;
  self->converter = converter;
  self->limits = *limits;
  self->coding = g_strdup (coding);
  self->host = g_strdup (host);
  return &self->reader;
}

TernReader *
tern_decoder_wrap (TernReader *body,
                   char **codings,
                   const TernDecoderLimits *limits,
                   const char *host)
{
  GError *error = NULL;

  for (gsize i = 0; codings[i]; i++)
    {
      TernReader *outer = decoder_new (body, codings[i], limits, host, &error);

      if (!outer)
        return tern_decoder_refuse (body, error);
      body = outer;
    }
  return body;
}

/* --- bodies that nobody can read ------------------------------------------------------------- */

typedef struct
{
  TernReader reader;
  TernReader *inner;
  GError *why;
} Refusal;

static TernStep
refusal_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  *n = 0;
  g_propagate_error (error, g_error_copy (((Refusal *)reader)->why));
  return TERN_STEP_FAILED;
}

static TernReader *
refusal_peel (TernReader *reader)
{
  return ((Refusal *)reader)->inner;
}

static void
refusal_free (TernReader *reader)
{
  Refusal *self = (Refusal *)reader;

  tern_reader_free (self->inner);
  g_error_free (self->why);
  g_free (self);
}

static const TernReaderClass refusal_class
    = { .read = refusal_read, .peel = refusal_peel, .free = refusal_free };

TernReader *
tern_decoder_refuse (TernReader *body, GError *why)
{
  Refusal *self = g_new0 (Refusal, 1);

  self->reader.klass = &refusal_class;
  self->inner = body;
  self->why = why;
  return &self->reader;
}
