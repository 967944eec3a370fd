package dev.geminibatch.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.line.ByteSearch;
import dev.geminibatch.line.JsonScanner;
import dev.geminibatch.line.WireLine;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.PackFolder;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.Content;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Writes the file of a pack, the lines of one job after those of the other, and the index that
 * leads from its answers back to them. A line is sent as its own job would have sent it, except for
 * a key that is taken already in the pack.
 */
public final class PackWriter implements Closeable {
  private final Path index;
  private final Path indexAside;
  private final OutputStream body;
  private final DataOutputStream entries;
  private final KeyTable keys = new KeyTable();
  private int members;
  private long requests;
  private long bytes;

  /** Begins a pack in a folder that is there and empty. */
  public PackWriter(PackFolder folder) throws IOException {
    this.index = folder.index();
    this.indexAside = AtomicFiles.aside(index, folder.id());
    this.body = new BufferedOutputStream(PrivateFiles.output(folder.body()), 1 << 16);
    this.entries =
        new DataOutputStream(new BufferedOutputStream(PrivateFiles.output(indexAside), 1 << 16));
  }

  /** The lines of a job as the pack will send them, which are not in it yet. */
  public static final class Member {
    private final Job job;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private int count;

    private Member(Job job) {
      this.job = job;
    }
  }

  /** The lines of a job are not those that were put into it. */
  public static final class Mismatch extends IOException {
    private static final long serialVersionUID = 1L;

    Mismatch(Job job, long line) {
      super(
          "line " + line + " of job " + job.number() + " is not the request that was put into it");
    }
  }

  /**
   * Reads the lines of a job. It is not in the pack before it is {@linkplain #add added}.
   *
   * @throws Mismatch when they are not those that its index names
   */
  public Member read(Job job, RunFolder folder) throws IOException {
    JobBody content = JobBody.of(folder, job.number());
    ByteArrayOutputStream whole = new ByteArrayOutputStream((int) content.size());
    try (Content.Reading reading = content.open()) {
      reading.write(0, content.size(), whole);
    }
    byte[] lines = whole.toByteArray();
    Member member = new Member(job);
    DataOutputStream noted = new DataOutputStream(member.entries);
    try (JobIndex.Reader own = new JobIndex.Reader(folder.jobIndex(job.number()))) {
      for (int start = 0, end; start < lines.length; start = end) {
        int lineEnd = ByteSearch.indexOf(lines, start, lines.length, '\n');
        end = lineEnd < 0 ? lines.length : lineEnd + 1;
        member.count++;
        byte[] line = Arrays.copyOfRange(lines, start, end);
        Optional<JobIndex.Entry> entry = own.next();
        if (entry.isEmpty() || !take(line, entry.get().keyHash(), member, noted)) {
          throw new Mismatch(job, member.count);
        }
      }
    }
    if (member.count != job.requests()) {
      throw new Mismatch(job, member.count + 1L);
    }
    return member;
  }

  /** Notes a line under a key that no other line of the pack has. */
  private boolean take(byte[] line, long expected, Member member, DataOutputStream noted)
      throws IOException {
    JsonScanner scanner = new JsonScanner(line);
    if (scanner.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    while (scanner.nextToken() == JsonToken.FIELD_NAME) {
      boolean isKey = scanner.text().equals("key");
      scanner.nextToken();
      if (isKey) {
        return take(line, scanner, expected, member, noted);
      }
      scanner.skipValue();
    }
    return false;
  }

  private boolean take(
      byte[] line, JsonScanner key, long expected, Member member, DataOutputStream noted)
      throws IOException {
    String wireKey = key.text();
    long hash = KeyTable.hash(wireKey);
    if (hash != expected) {
      return false;
    }
    boolean isChanged = false;
    while (!keys.add(hash)) {
      // Its place in the pack makes it unique, unless another key happens to look just like that.
      wireKey = wireKey + "~" + (requests + member.count);
      hash = KeyTable.hash(wireKey);
      isChanged = true;
    }
    noted.writeLong(hash);
    if (!isChanged) {
      noted.writeInt(0);
      member.lines.write(line);
      return true;
    }
    noted.writeInt(key.end() - key.start());
    noted.write(line, key.start(), key.end() - key.start());
    member.lines.write(line, 0, key.start());
    member.lines.write(WireLine.quote(wireKey).getBytes(UTF_8));
    member.lines.write(line, key.end(), line.length - key.end());
    return true;
  }

  /** How many bytes the pack would have with a job. */
  public long bytesWith(Member member) {
    return bytes + member.lines.size();
  }

  /** Adds a job that this pack has read. */
  public void add(Member member) throws IOException {
    member.lines.writeTo(body);
    entries.writeBoolean(true);
    entries.writeUTF(member.job.runId());
    entries.writeInt(member.job.number());
    entries.writeInt(member.count);
    member.entries.writeTo(entries);
    members++;
    requests += member.count;
    bytes += member.lines.size();
  }

  /** How many jobs are in it. */
  public int members() {
    return members;
  }

  /** How many lines are in it. */
  public long requests() {
    return requests;
  }

  /** Ends it; the index is on the disk then. The body need not outlive a power failure. */
  public void finish() throws IOException {
    body.close();
    entries.writeBoolean(false);
    entries.writeLong(bytes);
    entries.close();
    AtomicFiles.publish(indexAside, index);
  }

  @Override
  public void close() throws IOException {
    try (body) {
      entries.close();
    }
  }
}
