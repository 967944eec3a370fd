package dev.geminibatch.maintenance;

import dev.geminibatch.ledger.UploadTable;
import dev.geminibatch.service.FileService;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The files that this installation has uploaded and the service still holds. Files of others in the
 * same project are counted and never touched.
 */
public final class StoredFiles {
  private final UploadTable uploads;
  private final FileService files;
  private final ProjectId project;

  /**
   * @param project the fingerprint of the key's project
   */
  public StoredFiles(UploadTable uploads, FileService files, ProjectId project) {
    this.uploads = uploads;
    this.files = files;
    this.project = project;
  }

  /** A file of ours, and whether an unfinished run refers to it. */
  public record Stored(RemoteFile file, boolean isNeeded) {}

  /**
   * What the service holds.
   *
   * @param bytesOfAll of all files of the project
   */
  public record Listing(List<Stored> ours, long filesOfAll, long bytesOfAll) {}

  /** Asks the service for all its files. */
  public Listing list() {
    Set<String> uploaded = uploads.names(project);
    Set<String> needed = uploads.needed(project);
    List<Stored> ours = new ArrayList<>();
    long[] all = new long[2];
    files.forEachFile(
        file -> {
          all[0]++;
          all[1] += Math.max(0, file.size());
          if (uploaded.contains(file.name())) {
            ours.add(new Stored(file, needed.contains(file.name())));
          }
        });
    return new Listing(ours, all[0], all[1]);
  }

  /**
   * Deletes a file and forgets its reference; that it is gone already is as good.
   *
   * @return false if an unfinished run has come to need it in the meantime
   */
  public boolean delete(RemoteFile file) {
    if (!uploads.forget(project, file.name())) {
      return false;
    } // forgotten first: nobody may be given what is about to go
    try {
      files.deleteFile(file.name());
    } catch (ServiceFailure failure) {
      if (failure.kind() != Kind.NOT_FOUND) {
        throw failure;
      }
    }
    return true;
  }
}
