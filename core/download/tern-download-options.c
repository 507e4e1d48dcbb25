/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernDownloadOptions: how a download is to be made, and who is told how far it is. It never
 * knows the download: several may use the same options. */
#include "download/tern-download-options-private.h"

#include <tern/tern-failure.h>
#include <tern/tern-response.h>

struct _TernDownloadOptions
{
  GObject parent_instance;

  TernDownloadWishes wishes;
};

/**
 * TernDownloadOptions:
 *
 * How a download is to be made. It is read when the download begins; what changes later is for the
 * next one. The signals are emitted in the thread that asked; who listens uses one object a
 * download, for they do not say which.
 */
G_DEFINE_FINAL_TYPE (TernDownloadOptions, tern_download_options, G_TYPE_OBJECT)

enum
{
  PROP_HEADERS = 1,
  PROP_CHECKSUM,
  PROP_PARTITION,
  PROP_RESUME_ETAG,
  PROP_RESUME_OFFSET,
  PROP_MAX_SIZE,
  PROP_RETRIES,
  PROP_RETRY_DELAY,
  PROP_TIMEOUT,
  PROP_TOTAL_TIMEOUT,
  PROP_RESUME,
  PROP_OVERWRITE,
  PROP_SET_MTIME,
  N_PROPS
};

guint tern_download_signals[TERN_DOWNLOAD_N_SIGNALS];

/* No request of ours waits longer for its next try. */
#define LONGEST_DELAY (3600.0)

TernDownloadWishes *
tern_download_options_peek (TernDownloadOptions *self)
{
  return &self->wishes;
}

void
tern_download_wishes_clear (TernDownloadWishes *self)
{
  g_clear_pointer (&self->headers, tern_headers_unref);
  g_clear_pointer (&self->checksum, g_free);
  g_clear_pointer (&self->partition, g_free);
  g_clear_pointer (&self->resume_etag, g_free);
}

static void
set_defaults (TernDownloadWishes *self)
{
  *self = (TernDownloadWishes){ .retry_delay = G_TIME_SPAN_SECOND,
                                .timeout = -1,
                                .total_timeout = -1,
                                .retries = 5,
                                .resume = TRUE,
                                .set_mtime = TRUE };
}

void
tern_download_wishes_init (TernDownloadWishes *self, TernDownloadOptions *options)
{
  set_defaults (self);
  if (!options)
    return;
  *self = options->wishes;
  self->headers = self->headers ? tern_headers_copy (self->headers) : NULL;
  self->checksum = g_strdup (self->checksum);
  self->partition = g_strdup (self->partition);
  self->resume_etag = g_strdup (self->resume_etag);
}

static void
tern_download_options_init (TernDownloadOptions *self)
{
  set_defaults (&self->wishes);
}

static void
tern_download_options_finalize (GObject *object)
{
  tern_download_wishes_clear (&TERN_DOWNLOAD_OPTIONS (object)->wishes);
  G_OBJECT_CLASS (tern_download_options_parent_class)->finalize (object);
}

static void
tern_download_options_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TernDownloadOptions *self = TERN_DOWNLOAD_OPTIONS (object);

  switch (id)
    {
    case PROP_HEADERS:
      g_value_set_boxed (value, tern_download_options_get_headers (self));
      break;
    case PROP_CHECKSUM:
      g_value_set_string (value, tern_download_options_get_checksum (self));
      break;
    case PROP_PARTITION:
      g_value_set_string (value, tern_download_options_get_partition (self));
      break;
    case PROP_RESUME_ETAG:
      g_value_set_string (value, tern_download_options_get_resume_etag (self));
      break;
    case PROP_RESUME_OFFSET:
      g_value_set_uint64 (value, tern_download_options_get_resume_offset (self));
      break;
    case PROP_MAX_SIZE:
      g_value_set_uint64 (value, tern_download_options_get_max_size (self));
      break;
    case PROP_RETRIES:
      g_value_set_uint (value, tern_download_options_get_retries (self));
      break;
    case PROP_RETRY_DELAY:
      g_value_set_double (value, tern_download_options_get_retry_delay (self));
      break;
    case PROP_TIMEOUT:
      g_value_set_double (value, tern_download_options_get_timeout (self));
      break;
    case PROP_TOTAL_TIMEOUT:
      g_value_set_double (value, tern_download_options_get_total_timeout (self));
      break;
    case PROP_RESUME:
      g_value_set_boolean (value, tern_download_options_get_resume (self));
      break;
    case PROP_OVERWRITE:
      g_value_set_boolean (value, tern_download_options_get_overwrite (self));
      break;
    case PROP_SET_MTIME:
      g_value_set_boolean (value, tern_download_options_get_set_mtime (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tern_download_options_set_property (GObject *object,
                                    guint id,
                                    const GValue *value,
                                    GParamSpec *pspec)
{
  TernDownloadOptions *self = TERN_DOWNLOAD_OPTIONS (object);

  switch (id)
    {
    case PROP_HEADERS:
      tern_download_options_set_headers (self, g_value_get_boxed (value));
      break;
    case PROP_CHECKSUM:
      tern_download_options_set_checksum (self, g_value_get_string (value));
      break;
    case PROP_PARTITION:
      tern_download_options_set_partition (self, g_value_get_string (value));
      break;
    case PROP_RESUME_ETAG:
      tern_download_options_set_resume_etag (self, g_value_get_string (value));
      break;
    case PROP_RESUME_OFFSET:
      tern_download_options_set_resume_offset (self, g_value_get_uint64 (value));
      break;
    case PROP_MAX_SIZE:
      tern_download_options_set_max_size (self, g_value_get_uint64 (value));
      break;
    case PROP_RETRIES:
      tern_download_options_set_retries (self, g_value_get_uint (value));
      break;
    case PROP_RETRY_DELAY:
      tern_download_options_set_retry_delay (self, g_value_get_double (value));
      break;
    case PROP_TIMEOUT:
      tern_download_options_set_timeout (self, g_value_get_double (value));
      break;
    case PROP_TOTAL_TIMEOUT:
      tern_download_options_set_total_timeout (self, g_value_get_double (value));
      break;
    case PROP_RESUME:
      tern_download_options_set_resume (self, g_value_get_boolean (value));
      break;
    case PROP_OVERWRITE:
      tern_download_options_set_overwrite (self, g_value_get_boolean (value));
      break;
    case PROP_SET_MTIME:
      tern_download_options_set_set_mtime (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
install_values (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * TernDownloadOptions:headers:
   *
   * Header fields of every request, or %NULL. Those that make a request conditional or ask for a
   * part (Range, If-Range, If-Match and the like) are the download's own and left out.
   */
  g_object_class_install_property (
      klass, PROP_HEADERS, g_param_spec_boxed ("headers", NULL, NULL, TERN_TYPE_HEADERS, flags));
  /**
   * TernDownloadOptions:checksum:
   *
   * What the whole content must add up to: `sha256:` and the digest in hexadecimal digits;
   * sha512, sha1 and md5 are known too. %NULL is none.
   */
  g_object_class_install_property (klass, PROP_CHECKSUM,
                                   g_param_spec_string ("checksum", NULL, NULL, NULL, flags));
  /**
   * TernDownloadOptions:partition:
   *
   * See tern_request_set_partition().
   */
  g_object_class_install_property (klass, PROP_PARTITION,
                                   g_param_spec_string ("partition", NULL, NULL, NULL, flags));
  /**
   * TernDownloadOptions:resume-etag:
   *
   * For a descriptor: the strong entity tag of what it holds already; see
   * #TernDownloadOptions:resume-offset.
   */
  g_object_class_install_property (klass, PROP_RESUME_ETAG,
                                   g_param_spec_string ("resume-etag", NULL, NULL, NULL, flags));
  /**
   * TernDownloadOptions:resume-offset:
   *
   * For a descriptor: how many bytes of the content it holds already, right before its position.
   */
  g_object_class_install_property (
      klass, PROP_RESUME_OFFSET,
      g_param_spec_uint64 ("resume-offset", NULL, NULL, 0, G_MAXUINT64, 0, flags));
}

static void
install_times (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * TernDownloadOptions:retry-delay:
   *
   * Seconds before the first such try; each further one waits twice as long, a minute at most. A
   * Retry-After of the server's goes before, with five minutes at most.
   */
  g_object_class_install_property (
      klass, PROP_RETRY_DELAY,
      g_param_spec_double ("retry-delay", NULL, NULL, 0, LONGEST_DELAY, 1.0, flags));
  /**
   * TernDownloadOptions:timeout:
   *
   * How long, in seconds, no byte may move before a try is given up; 0 is no limit, and negative is
   * what the client has (#TernClient:timeout).
   */
  g_object_class_install_property (
      klass, PROP_TIMEOUT, g_param_spec_double ("timeout", NULL, NULL, -1, G_MAXDOUBLE, -1, flags));
  /**
   * TernDownloadOptions:total-timeout:
   *
   * How long, in seconds, the whole download may take, with all tries and the waits between them;
   * 0 is no limit, and negative is what the client has (#TernClient:total-timeout).
   */
  g_object_class_install_property (
      klass, PROP_TOTAL_TIMEOUT,
      g_param_spec_double ("total-timeout", NULL, NULL, -1, G_MAXDOUBLE, -1, flags));
}

static void
install_rules (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * TernDownloadOptions:max-size:
   *
   * More bytes than that are an error; 0 is no limit.
   */
  g_object_class_install_property (
      klass, PROP_MAX_SIZE, g_param_spec_uint64 ("max-size", NULL, NULL, 0, G_MAXUINT64, 0, flags));
  /**
   * TernDownloadOptions:retries:
   *
   * How often in a row it is tried again without anything new having come.
   */
  g_object_class_install_property (
      klass, PROP_RETRIES, g_param_spec_uint ("retries", NULL, NULL, 0, G_MAXUINT, 5, flags));
  /**
   * TernDownloadOptions:resume:
   *
   * Whether to go on where an earlier download was interrupted, and to keep what there is for
   * the next one.
   */
  g_object_class_install_property (klass, PROP_RESUME,
                                   g_param_spec_boolean ("resume", NULL, NULL, TRUE, flags));
  /**
   * TernDownloadOptions:overwrite:
   *
   * Whether a file that exists may be replaced.
   */
  g_object_class_install_property (klass, PROP_OVERWRITE,
                                   g_param_spec_boolean ("overwrite", NULL, NULL, FALSE, flags));
  /**
   * TernDownloadOptions:set-mtime:
   *
   * Whether the file gets the time of Last-Modified, where that is not still to come.
   */
  g_object_class_install_property (klass, PROP_SET_MTIME,
                                   g_param_spec_boolean ("set-mtime", NULL, NULL, TRUE, flags));
}

static void
install_signals (void)
{
  /**
   * TernDownloadOptions::progress:
   * @self: the options
   * @received: how many bytes of the content are there, also those of an earlier download
   * @total: how many there will be, -1 where that is not known
   * @what: what is being done: `checking` (what an earlier download left is read), `waiting` (for
   *   the server), `receiving`, `retrying` (it waits for the next try) or `finishing`
   *
   * How far a download is: at each change of @what, and at most ten times a second while bytes
   * come. One that fails or is cancelled tells the last of them too, before it returns. Emitted in
   * the thread that asked.
   */
  tern_download_signals[TERN_DOWNLOAD_PROGRESS]
      = g_signal_new ("progress", TERN_TYPE_DOWNLOAD_OPTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 3, G_TYPE_UINT64, G_TYPE_INT64, G_TYPE_STRING);
  /**
   * TernDownloadOptions::response:
   * @self: the options
   * @response: the response that brings the content, or a part of it; its body is the download's
   * @offset: where its bytes begin in the content
   *
   * The server has answered and its answer is of use: its entity tag and final URI are known.
   * A program that does not want it may cancel here: then no byte of it is kept. Emitted for each
   * try, in the thread that asked.
   */
  tern_download_signals[TERN_DOWNLOAD_RESPONSE]
      = g_signal_new ("response", TERN_TYPE_DOWNLOAD_OPTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 2, TERN_TYPE_RESPONSE, G_TYPE_UINT64);
  /**
   * TernDownloadOptions::writing:
   * @self: the options
   * @done: how many bytes of the content are surely in the descriptor
   * @most: how many may be in it at most
   *
   * What went into a pipe or a socket, exactly, for programs that have to know it even when they
   * are killed: before each write @most is what there may be after it, and after the write both
   * are what there is. Not emitted for files, which are written over. It comes for every few
   * kilobytes; handlers have to be quick. Emitted in the thread that asked.
   */
  tern_download_signals[TERN_DOWNLOAD_WRITING]
      = g_signal_new ("writing", TERN_TYPE_DOWNLOAD_OPTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_UINT64);
  /**
   * TernDownloadOptions::failed:
   * @self: the options
   * @failure: what is known of it beside its #GError
   *
   * A download is about to return an error because its last request failed: in which phase, and
   * what had been answered before. Not emitted where the file, its checksum or a status is what was
   * wrong. Emitted in the thread that asked.
   */
  tern_download_signals[TERN_DOWNLOAD_FAILED]
      = g_signal_new ("failed", TERN_TYPE_DOWNLOAD_OPTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, TERN_TYPE_FAILURE);
}

static void
tern_download_options_class_init (TernDownloadOptionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tern_download_options_finalize;
  object_class->get_property = tern_download_options_get_property;
  object_class->set_property = tern_download_options_set_property;
  install_values (object_class);
  install_times (object_class);
  install_rules (object_class);
  install_signals ();
}

/**
 * tern_download_options_new:
 *
 * Makes options with the defaults.
 *
 * Returns: (transfer full): new options
 */
TernDownloadOptions *
tern_download_options_new (void)
{
  return g_object_new (TERN_TYPE_DOWNLOAD_OPTIONS, NULL);
}
