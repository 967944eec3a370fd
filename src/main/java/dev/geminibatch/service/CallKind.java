package dev.geminibatch.service;

/** What a call to the service is for. */
public enum CallKind {
  CREATE_JOB("createJob"),
  GET_JOB("getJob"),
  LIST_JOBS("listJobs"),
  CANCEL_JOB("cancelJob"),
  DELETE_JOB("deleteJob"),
  /** Asks for the address to which a file is uploaded. */
  START_UPLOAD("startUpload"),
  /** Sends a part of a file, or asks how much of it has arrived. */
  UPLOAD("upload"),
  GET_FILE("getFile"),
  LIST_FILES("listFiles"),
  DELETE_FILE("deleteFile"),
  DOWNLOAD("download"),
  OTHER("other");

  private final String word;

  CallKind(String word) {
    this.word = word;
  }

  /** Its name in metrics. */
  public String word() {
    return word;
  }
}
