package dev.geminibatch.stage;

import dev.geminibatch.ledger.CreationMarks;
import dev.geminibatch.run.Job;
import dev.geminibatch.service.FileService;
import dev.geminibatch.service.ServiceFailure;
import java.util.Optional;

/**
 * Keeps a call from having an effect that a member may make long after another one has taken over
 * its run: that it creates the job stands in the ledger, and then its process was stopped, or cut
 * off from the network. The ledger can refuse what it writes, but not what it asks the service for.
 * So the file that it would name is deleted there, and what it may have created before is searched
 * for from then on.
 */
public final class LateCalls {
  private LateCalls() {}

  /**
   * Sees to it, once for each owner of the run.
   *
   * @param job that is marked as about to be created, and not found at the service
   * @return whether it was necessary: then a job that is not found yet may still appear
   * @throws ServiceFailure if it is not known whether the file is gone
   */
  public static boolean prevent(CreationMarks marks, FileService files, Job job) {
    if (!marks.isOfAnother(job)) {
      return false;
    }
    Optional<String> file = job.inputFile();
    if (file.isPresent()) {
      delete(files, file.get());
    }
    marks.takenOver(job);
    return true;
  }

  private static void delete(FileService files, String file) {
    try {
      files.deleteFile(file);
    } catch (ServiceFailure failure) {
      if (!JobFileUpload.isGone(files, file)) {
        throw failure;
      }
    }
  }
}
