package dev.geminibatch.sandbox;

/** The endpoints of the sandbox, as far as they are told apart by faults and counters. */
public enum Endpoint {
  UPLOAD_START,
  UPLOAD_CHUNK,
  FILE_GET,
  FILE_LIST,
  FILE_DELETE,
  DOWNLOAD,
  BATCH_CREATE,
  BATCH_GET,
  BATCH_LIST,
  BATCH_CANCEL,
  BATCH_DELETE,
  /** Not a request: one line of a job's answers. Only a status can be lined up for it. */
  ANSWER_LINE,
  /** Not a request: one showing of a stored file. Only a file state can be lined up for it. */
  FILE_SHOWN,
  OTHER
}
