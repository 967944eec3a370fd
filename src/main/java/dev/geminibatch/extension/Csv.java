package dev.geminibatch.extension;

import java.util.List;
import org.apache.commons.csv.CSVFormat;

/** Makes rows of tables, for users' routes. */
public final class Csv {
  /** The first row, from names with commas between them. */
  public String titles(String names) {
    return row(List.of(names.split(" *, *")));
  }

  /** One row, line end included, as RFC 4180 has it. */
  public String row(List<?> fields) {
    return CSVFormat.RFC4180.format(fields.toArray()) + "\r\n";
  }
}
