package dev.geminibatch.stage.receive;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Folders;
import dev.geminibatch.run.Leases;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the inboxes: gives each input once it has not changed for {@code inbox.settle-time} while
 * we watched, and names what is not taken. No file waits for another one.
 */
public final class InboxWatch {
  private static final Logger LOG = LoggerFactory.getLogger("receive");

  /** After this time a file that keeps changing is worth a word. */
  private static final Duration LONG = Duration.ofMinutes(1);

  /** Written down together; the first of them are worked on as soon as all are moved. */
  private static final int TAKEN_TOGETHER = 32;

  /** In the log of one minute, of one inbox. */
  private static final int MOST_NAMED = 20;

  private final Settings settings;
  private final Leases leases;
  private final Clock clock;
  private final Map<String, Watch> watches = new ConcurrentHashMap<>();

  /** Has seen nothing yet. */
  public InboxWatch(StageContext context) {
    this.settings = context.settings();
    this.leases = context.leases();
    this.clock = context.clock();
  }

  /** Scans the inbox of a profile: the inputs that rest, the oldest first. */
  public List<Dropped> resting(String profile) {
    if (!leases.mayBegin()) {
      return List.of(); // others may
    }
    Settings set = settings.profiles().of(profile);
    return watches.computeIfAbsent(profile, name -> new Watch(set, clock)).scan();
  }

  /** The same in groups that are taken together. */
  public List<List<Dropped>> groups(String profile) {
    List<Dropped> resting = resting(profile);
    List<List<Dropped>> groups = new ArrayList<>();
    for (int from = 0; from < resting.size(); from += TAKEN_TOGETHER) {
      groups.add(resting.subList(from, Math.min(resting.size(), from + TAKEN_TOGETHER)));
    }
    return groups;
  }

  /** The inbox of one profile. */
  private static final class Watch {
    private final Settings profile;
    private final Inbox inbox;
    private final Duration settleTime;
    private final Settling<Path, State> rest;

    /** What has been named in the log, as it was then. */
    private final Map<Path, State> named = new HashMap<>();

    private final Set<Path> longChanging = new HashSet<>();
    private final LogLimit words;
    private String problem;

    /** What shows that an entry is as it was. */
    private record State(Stamp file, Stamp settings) {}

    Watch(Settings profile, Clock clock) {
      this.profile = profile;
      this.inbox = new Inbox(profile);
      this.words = new LogLimit(clock, MOST_NAMED);
      this.settleTime = profile.folders().settleTime();
      this.rest = Settling.of(clock, settleTime, profile);
    }

    synchronized List<Dropped> scan() {
      rest.scan();
      try {
        Folders.make(profile.folders().inbox()); // somebody may have removed it
        List<Dropped> resting = resting(inbox.entries());
        problem = null;
        return resting;
      } catch (IOException | RuntimeException e) {
        if (!e.toString().equals(problem)) {
          problem = e.toString();
          LOG.error(
              "The inbox {} cannot be read ({}); the next scan will retry",
              profile.folders().inbox(),
              problem);
        }
        return List.of();
      }
    }

    private List<Dropped> resting(List<Inbox.Entry> entries) {
      List<Inbox.Entry> resting = new ArrayList<>();
      Set<Path> there = new HashSet<>();
      for (Inbox.Entry entry : entries) {
        there.add(entry.path());
        State state = new State(entry.stamp(), entry.settings());
        boolean isAtRest = rest.of(entry.path(), state).compareTo(settleTime) >= 0;
        if (isAtRest && entry.problem().isEmpty()) {
          resting.add(entry);
        } else if (isAtRest) {
          name(entry, state);
        } else {
          nameIfLong(entry);
        }
      }
      int others = words.others();
      if (others > 0) {
        LOG.warn(
            "{} more stay in the inbox {}; --status names them", others, profile.folders().inbox());
      }
      rest.keepOnly(there);
      named.keySet().retainAll(there);
      longChanging.retainAll(there);
      // Should it come back under this name, it is watched from the beginning.
      resting.forEach(entry -> rest.forget(entry.path()));
      return resting.stream()
          .sorted(Comparator.comparing(entry -> entry.stamp().modified()))
          .map(entry -> new Dropped(profile.profile(), entry.path()))
          .toList();
    }

    /** Once, and again when it has changed. */
    private void name(Inbox.Entry entry, State state) {
      if (!state.equals(named.put(entry.path(), state)) && words.mayName()) {
        LOG.warn(
            "{} stays in the inbox: {}", Inbox.shown(entry.path()), entry.problem().orElseThrow());
      }
    }

    private void nameIfLong(Inbox.Entry entry) {
      if (rest.known(entry.path()).compareTo(LONG) > 0
          && longChanging.add(entry.path())
          && words.mayName()) {
        LOG.info(
            "{} keeps changing; it will be taken when it has not changed for {}",
            Inbox.shown(entry.path()),
            Amounts.time(settleTime));
      }
    }
  }
}
