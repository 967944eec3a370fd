package dev.geminibatch.service;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * The files of one project with a service: uploads, and the results of jobs.
 *
 * <p>Failures, retries and threads are as {@link BatchService} says. {@code FileServiceContract} in
 * the tests says what any implementation must do.
 */
public interface FileService {
  /**
   * Uploads a file; a lost final answer does not mean a second upload.
   *
   * @param sent receives how many bytes have arrived so far
   * @return the file as the service stored it, its size checked
   * @throws ServiceFailure of kind {@code ALREADY_EXISTS} when the name is taken
   * @throws Content.Changed when the content is not what it was; then nothing is stored
   * @throws IOException when the content cannot be opened; a content that fails in the middle
   *     counts as a broken connection, since the two look the same
   */
  RemoteFile upload(FileUpload upload, LongConsumer sent) throws IOException;

  /**
   * A file by its name {@code files/...}. Not for result files, whose names may be refused here.
   */
  RemoteFile file(String name);

  /** As {@link #file}, after the time it takes for something to have changed. */
  RemoteFile fileAfterAWhile(String name);

  /** Deletes a file. */
  void deleteFile(String name);

  /** All files of the project, page by page. */
  void forEachFile(Consumer<RemoteFile> taker);

  /**
   * Downloads a file's content to disk as it arrives. Of a job whose answers are inside its
   * description, the answers, one a line as in a file; the key of one that has none is {@code
   * null}.
   *
   * @param fileName {@code files/...}, or {@code batches/...} for the answers inside a job
   * @param target what it holds already is taken for the beginning of the content, as an earlier
   *     call leaves it that failed; not the place where anybody looks for a complete file
   * @param received receives how many bytes the target has so far; of one that is begun again,
   *     first less than a megabyte
   * @throws ServiceFailure also when the answer ended before its announced length
   * @throws IOException when the target cannot be written
   */
  void download(String fileName, Path target, LongConsumer received) throws IOException;
}
