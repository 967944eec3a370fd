package dev.geminibatch.service;

/** Receives how each call to the service went. Many threads call it at once. */
public interface CallObserver {
  /** Nobody watches. */
  CallObserver NONE =
      new CallObserver() {
        @Override
        public void called(CallKind kind, String outcome, long nanos) {}

        @Override
        public void repeated(ServiceFailure.Kind why) {}
      };

  /**
   * A call is over.
   *
   * @param outcome three digits, the HTTP status of the answer; else a word for why there was none:
   *     {@code timeout}, {@code refused}, {@code unknown-host}, {@code tls}, {@code stopped},
   *     {@code broken}
   * @param nanos from its beginning until the answer was read or given up
   */
  void called(CallKind kind, String outcome, long nanos);

  /** A call is about to be made again, because of how the last attempt failed. */
  void repeated(ServiceFailure.Kind why);
}
