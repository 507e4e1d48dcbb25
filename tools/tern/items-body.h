/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies made of items. */
#pragma once

#include "plan.h"

typedef enum
{
  ITEM_HEADER,       /* Name:value; without a value it takes the field away */
  ITEM_EMPTY_HEADER, /* Name; */
  ITEM_HEADER_FILE,  /* Name:@file */
  ITEM_QUERY,        /* name==value */
  ITEM_QUERY_FILE,   /* name==@file */
  ITEM_FIELD,        /* name=value */
  ITEM_FIELD_FILE,   /* name=@file */
  ITEM_JSON,         /* name:=json */
  ITEM_JSON_FILE,    /* name:=@file */
  ITEM_FILE,         /* name@file, or @file for a whole body */
} ItemKind;

typedef struct
{
  ItemKind kind;
  char *name;
  char *path; /* the name with the backslashes that mean something within JSON */
  char *value;
  char *type; /* of name@file;type=…; NULL where it is not said */
} Item;

/* @fields has items of the kinds FIELD, JSON and FILE only. */
gboolean items_body_form (Plan *plan, GArray *fields, GError **error);
gboolean items_body_multipart (Plan *plan, GArray *fields, GError **error);

/* What Content-Type a file is of, by its name; NULL for standard input. */
char *items_body_type_of_file (const char *name);
