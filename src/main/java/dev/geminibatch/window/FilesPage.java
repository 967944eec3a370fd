package dev.geminibatch.window;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.UploadList.Total;
import dev.geminibatch.ledger.UploadList.Upload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The files that were uploaded.
 *
 * @param next the address of the next page; null if this is the last
 */
record FilesPage(Frame frame, List<Account> accounts, List<File> files, String next) {
  /**
   * What the files of an account come to.
   *
   * @param profiles that have its key; empty if it is not in use any more
   * @param percent of what they may have together
   */
  record Account(String profiles, String files, String size, String limit, int percent) {
    static Account of(String profiles, Total total, long limit) {
      return new Account(
          profiles,
          Amounts.count(total.files(), "file"),
          Amounts.size(total.bytes()),
          Amounts.size(limit),
          (int) Math.min(100, RunRow.percent(total.bytes(), limit)));
    }
  }

  /**
   * A file.
   *
   * @param runs that need it; empty if it is not known
   */
  record File(String name, String size, String type, String age, String left, String runs) {
    static File of(Upload upload, Map<String, Long> runs, Instant now) {
      Long count = runs.get(upload.sha256());
      return new File(
          upload.name(),
          Amounts.size(upload.size()),
          upload.mimeType(),
          between(upload.stored(), now),
          between(now, upload.expires()),
          count == null ? "" : Amounts.count(count));
    }

    /** The service has a clock of its own. */
    private static String between(Instant from, Instant to) {
      return Amounts.time(from.isBefore(to) ? Duration.between(from, to) : Duration.ZERO);
    }
  }
}
