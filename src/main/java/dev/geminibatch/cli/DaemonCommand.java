package dev.geminibatch.cli;

import dev.geminibatch.batch.DaemonLock;
import dev.geminibatch.batch.Progress;
import dev.geminibatch.batch.Run;
import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Without an action: the daemon, until stopped. */
final class DaemonCommand {
  private static final Logger LOG = LoggerFactory.getLogger("daemon");

  private final Session session;

  DaemonCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException, InterruptedException {
    Settings settings = session.settings();
    settings.service().requireKey();
    Progress progress =
        session.options().quiet
            ? Progress.none()
            : new ProgressDisplay(session.terminal(), LOG::info, session.clock());
    try (DaemonLock lock = DaemonLock.take(settings.folders().state());
        Beans beans =
            new Beans(
                settings, session.retries(), session.clock(), progress, DaemonCommand::isForUs)) {
      makeFolders(settings.folders());
      beans.receiver().recover();
      Pipeline pipeline = Pipeline.start(settings, beans, session.properties(), true);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(pipeline), "farewell"));
      LOG.info("Ready. Drop *.jsonl into {}", settings.folders().inbox());
      LOG.info("Answers appear in {}. Stop with Ctrl-C.", settings.folders().outbox());
      new CountDownLatch(1).await();
      return ExitCode.OK;
    }
  }

  /**
   * What was dropped. A run that somebody began with --file is only ours once it is paid for:
   * whoever stopped it before may have wanted just that.
   */
  private static boolean isForUs(Run run) {
    return run.fromInbox() || run.isPaid();
  }

  private static void makeFolders(Settings.Folders folders) throws IOException {
    for (Path folder :
        List.of(folders.inbox(), folders.outbox(), folders.archive(), folders.failed())) {
      Files.createDirectories(folder);
    }
  }

  private void stop(Pipeline pipeline) {
    // Not to the log, which ends as soon as the process is told to.
    session.terminal().tell("Stopping. What is under way goes on at the next start.");
    pipeline.close();
  }
}
