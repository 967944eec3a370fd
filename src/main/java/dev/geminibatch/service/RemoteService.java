package dev.geminibatch.service;

/** A service as one project sees it: its jobs, its files, and an end to all calls. */
public interface RemoteService extends BatchService, FileService, AutoCloseable {
  /** The models that can be asked. */
  ModelService models();

  /** Every call, also one under way, fails from now on as interrupted. */
  void stop();

  @Override
  void close();
}
