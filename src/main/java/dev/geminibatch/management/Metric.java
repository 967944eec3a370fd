package dev.geminibatch.management;

import java.util.List;

/**
 * Every metric by its name, its kind, its labels and what it means: the table in {@code
 * src/docs/monitoring.md} is made of these. The names follow the rules of Prometheus, as {@code
 * promtool check metrics} knows them.
 */
enum Metric {
  FILES_RECEIVED("files_received", Kind.COUNTER, "Files taken from an inbox.", Label.PROFILE),
  FILES_DELIVERED(
      "files_delivered",
      Kind.COUNTER,
      "Files whose results are in the outbox, some of their lines without an answer perhaps.",
      Label.PROFILE),
  FILES_FAILED(
      "files_failed",
      Kind.COUNTER,
      "Files that went to the failed folder, because nothing of them could be sent.",
      Label.PROFILE),
  LINES_RECEIVED(
      "lines_received",
      Kind.COUNTER,
      "Lines of files that were checked, blank ones not counted.",
      Label.PROFILE),
  LINES_ANSWERED("lines_answered", Kind.COUNTER, "Lines delivered with an answer.", Label.PROFILE),
  LINES_FAILED(
      "lines_failed",
      Kind.COUNTER,
      "Lines delivered without an answer, by problem code.",
      Label.PROFILE,
      Label.CODE),
  DELIVERY_SECONDS(
      "delivery_duration_seconds",
      Kind.HISTOGRAM,
      "Time from when a file was taken from the inbox until its results were in the outbox.",
      Label.PROFILE),

  RUNS(
      "runs",
      Kind.GAUGE,
      "Runs that are not finished, by state. Finished ones are counted in files_delivered and"
          + " files_failed.",
      Label.PROFILE,
      Label.STATE),
  RUNS_HELD(
      "runs_held",
      Kind.GAUGE,
      "Runs that are held: by a route, by a person (paused), or because their work ended the"
          + " program or got stuck twice (strikes).",
      Label.REASON),
  RUNS_WAITING(
      "runs_waiting",
      Kind.GAUGE,
      "Runs that wait until a job of theirs may be created: for room among our jobs (room), for"
          + " tokens that other jobs ask for (tokens), because the service refuses more (quota), or"
          + " for other small files (pack).",
      Label.REASON),
  OLDEST_WAITING_RUN(
      "oldest_waiting_run_age_seconds",
      Kind.GAUGE,
      "Age of the oldest run in each state that is neither finished nor held; 0 if there is none.",
      Label.STATE),

  JOBS(
      "jobs",
      Kind.GAUGE,
      "Jobs of unfinished runs whose answers have not been fetched yet, by state: assembled,"
          + " uploaded and creating before the service has them, then pending, running and ended.",
      Label.MODEL,
      Label.STATE),
  JOBS_SUBMITTED("jobs_submitted", Kind.COUNTER, "Jobs that the service has created.", Label.MODEL),
  JOBS_COLLECTED(
      "jobs_collected",
      Kind.COUNTER,
      "Jobs that are over, by how they ended. A job that several runs share counts for each.",
      Label.MODEL,
      Label.OUTCOME),
  ENQUEUED_TOKENS(
      "enqueued_tokens",
      Kind.GAUGE,
      "Input tokens of our open jobs, as estimated. The profile is the first one with the key.",
      Label.PROFILE,
      Label.MODEL),
  ENQUEUED_LIMIT(
      "enqueued_tokens_limit",
      Kind.GAUGE,
      "Input tokens that may be enqueued at once, as set or as learned; absent while unknown.",
      Label.PROFILE,
      Label.MODEL),
  LEARNED_ACCEPTED(
      "learned_accepted_tokens",
      Kind.GAUGE,
      "The most input tokens that the service has shown to take at once in the last day.",
      Label.PROFILE,
      Label.MODEL),
  LEARNED_REFUSED(
      "learned_refused_tokens",
      Kind.GAUGE,
      "The fewest input tokens that the service has refused in the last day; absent if none.",
      Label.PROFILE,
      Label.MODEL),

  UPLOADS(
      "uploads",
      Kind.COUNTER,
      "Files that arrived at the service: media that lines name, or the requests of jobs.",
      Label.CONTENT),
  UPLOADED_BYTES("uploaded_bytes", Kind.COUNTER, "Bytes of these files.", Label.CONTENT),
  UPLOADS_REUSED(
      "uploads_reused",
      Kind.COUNTER,
      "Files that lines name and that were with the service already."),

  TOKENS(
      "tokens",
      Kind.COUNTER,
      "Tokens of answers as the service counted them: prompt (without cached), cached, output and"
          + " thought.",
      Label.MODEL,
      Label.TYPE),
  COST(
      "cost",
      Kind.COUNTER,
      "Estimated cost of these tokens by the table of prices; a model without a price is absent.",
      Label.MODEL,
      Label.CURRENCY),

  CALLS(
      "service_call_duration_seconds",
      Kind.HISTOGRAM,
      "Calls to the service, until their answer was read. The status is that of HTTP, or why there"
          + " was no answer: timeout, refused, unknown-host, tls, broken, stopped.",
      Label.CALL,
      Label.STATUS),
  CALLS_REPEATED(
      "service_calls_repeated",
      Kind.COUNTER,
      "Calls to the service that were made again, by what was wrong with the attempt before.",
      Label.REASON),
  ACCOUNT_REFUSED(
      "account_refused",
      Kind.GAUGE,
      "1 while the service refuses the key or the account of a profile, else 0.",
      Label.PROFILE),
  CLOCK_SKEW(
      "service_clock_skew_seconds",
      Kind.GAUGE,
      "How far the service's clock is ahead of ours, 0 below five seconds; absent until it has"
          + " answered."),

  DISK_FREE(
      "disk_free_bytes",
      Kind.GAUGE,
      "Bytes that may still be written to the disk that a folder is on.",
      Label.PROFILE,
      Label.FOLDER),
  DISK_SIZE(
      "disk_size_bytes",
      Kind.GAUGE,
      "Size of the disk that a folder is on.",
      Label.PROFILE,
      Label.FOLDER),
  LEDGER_BYTES("ledger_size_bytes", Kind.GAUGE, "Size of the ledger, its log included."),
  INBOX_IGNORED(
      "inbox_ignored_files",
      Kind.GAUGE,
      "Entries of the inbox that are not taken; --status names them.",
      Label.PROFILE),

  MEMBERS(
      "members",
      Kind.GAUGE,
      "Daemons that share the ledger, by state: up, draining, silent (and nobody has taken over) or"
          + " gone for less than an hour. Absent with a ledger in the state folder, as the next two.",
      Label.STATE),
  MEMBER_SILENCE(
      "member_heartbeat_age_seconds",
      Kind.GAUGE,
      "Time since the last heartbeat of a member; absent when it has been gone for an hour.",
      Label.MEMBER),
  MEMBER_RUNS("member_runs", Kind.GAUGE, "Runs of a member that are not finished.", Label.MEMBER),

  HEALTH("health", Kind.GAUGE, "1 while a readiness check is UP, else 0.", Label.CHECK),
  BUILD("build", Kind.INFO, "This program and its Java.", Label.VERSION, Label.JAVA),
  SCRAPE_ERRORS(
      "scrape_errors",
      Kind.COUNTER,
      "Groups of metrics that could not be read and are missing in a scrape.",
      Label.GROUP),

  CPU("process_cpu_seconds", Kind.COUNTER, "CPU time of the process."),
  START_TIME(
      "process_start_time_seconds", Kind.GAUGE, "When the process started, in seconds since 1970."),
  UPTIME("process_uptime_seconds", Kind.GAUGE, "How long the process has been running."),
  OPEN_FILES("process_open_fds", Kind.GAUGE, "Open file handles."),
  MOST_FILES("process_max_fds", Kind.GAUGE, "File handles that may be open."),
  RESIDENT(
      "process_resident_memory_bytes", Kind.GAUGE, "Memory of the process in RAM; Linux only."),
  MEMORY_USED("jvm_memory_used_bytes", Kind.GAUGE, "Memory of Java in use.", Label.AREA),
  MEMORY_COMMITTED(
      "jvm_memory_committed_bytes", Kind.GAUGE, "Memory that Java has reserved.", Label.AREA),
  MEMORY_MOST(
      "jvm_memory_max_bytes", Kind.GAUGE, "Memory that Java may use; absent if open.", Label.AREA),
  GARBAGE(
      "jvm_gc_collection_seconds",
      Kind.SUMMARY,
      "Collections of garbage and their time.",
      Label.GC),
  THREADS("jvm_threads_current", Kind.GAUGE, "Threads of Java."),
  THREADS_DAEMON("jvm_threads_daemon", Kind.GAUGE, "Threads that do not keep the program alive."),
  THREADS_PEAK("jvm_threads_peak", Kind.GAUGE, "The most threads that there were at once.");

  /** The kinds of metrics. */
  enum Kind {
    COUNTER("counter", "_total"),
    GAUGE("gauge", ""),
    HISTOGRAM("histogram", ""),
    SUMMARY("summary", ""),
    INFO("gauge", "_info");

    private final String word;
    private final String suffix;

    Kind(String word, String suffix) {
      this.word = word;
      this.suffix = suffix;
    }
  }

  /** The names of labels. */
  private static final class Label {
    static final String PROFILE = "profile";
    static final String CODE = "code";
    static final String STATE = "state";
    static final String REASON = "reason";
    static final String MODEL = "model";
    static final String OUTCOME = "outcome";
    static final String CONTENT = "content";
    static final String TYPE = "type";
    static final String CURRENCY = "currency";
    static final String CALL = "kind";
    static final String STATUS = "status";
    static final String FOLDER = "folder";
    static final String VERSION = "version";
    static final String JAVA = "java";
    static final String MEMBER = "member";
    static final String GROUP = "group";
    static final String AREA = "area";
    static final String GC = "gc";
    static final String CHECK = "check";

    private Label() {}
  }

  private final String stem;
  private final Kind kind;
  private final String help;
  private final List<String> labels;

  Metric(String name, Kind kind, String help, String... labels) {
    boolean isUsual = name.startsWith("process_") || name.startsWith("jvm_");
    this.stem = isUsual ? name : "gemini_batch_" + name;
    this.kind = kind;
    this.help = help;
    this.labels = List.of(labels);
  }

  /** Without the ending that its kind brings. */
  String stem() {
    return stem;
  }

  /** As it is exported. */
  String exported() {
    return stem + kind.suffix;
  }

  Kind kind() {
    return kind;
  }

  /** The kind as Prometheus calls it. */
  String type() {
    return kind.word;
  }

  String help() {
    return help;
  }

  List<String> labels() {
    return labels;
  }
}
