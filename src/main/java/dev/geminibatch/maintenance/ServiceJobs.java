package dev.geminibatch.maintenance;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.service.BatchService;
import dev.geminibatch.service.PageTokens;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The jobs that the service has of each account that is served, for pages that many people may have
 * open. The service is asked only when somebody looks, each account at most twice a minute and
 * never while it has not answered, and nobody waits for it for long.
 */
public final class ServiceJobs {
  /** Of one account; nobody reads more. */
  static final int MOST = 500;

  private static final int MOST_PAGES = 10;

  static final Duration FRESH = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final int THREADS = 8;

  private final List<Account> accounts;
  private final List<Question> questions;
  private final Clock clock;
  private final Executor threads;
  private final Duration patience;

  /**
   * A key of the service.
   *
   * @param profiles that have it
   * @param batches asked for in the background
   */
  public record Account(ProjectId project, List<String> profiles, Supplier<BatchService> batches) {}

  /**
   * What is known of an account.
   *
   * @param jobs in the order in which the service lists them
   * @param isWhole whether it has no others
   * @param answered when the service listed these; empty if it never has
   * @param problem why there is no newer answer; empty if there is none
   */
  public record Listing(
      Account account,
      List<RemoteJob> jobs,
      boolean isWhole,
      Optional<Instant> answered,
      Optional<String> problem) {}

  /** Asks nobody yet. */
  public ServiceJobs(List<Account> accounts, Clock clock) {
    this(accounts, clock, threads(), PATIENCE);
  }

  /**
   * For tests.
   *
   * @param patience how long somebody waits for the service
   */
  public ServiceJobs(List<Account> accounts, Clock clock, Executor threads, Duration patience) {
    this.accounts = List.copyOf(accounts);
    this.questions = this.accounts.stream().map(Question::new).toList();
    this.clock = clock;
    this.threads = threads;
    this.patience = patience;
  }

  /** They end when they have nothing to do. */
  private static Executor threads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named("listing"));
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** The accounts that are served. */
  public List<Account> accounts() {
    return accounts;
  }

  /**
   * What the service has of each account, or had when it last answered. Only who makes it be asked
   * waits for a moment.
   */
  public List<Listing> listings() {
    CompletableFuture<?>[] asked =
        questions.stream()
            .map(Question::ask)
            .flatMap(Optional::stream)
            .toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(asked).get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // each says for itself what it knows
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return questions.stream().map(Question::listing).toList();
  }

  /** What is asked for one account. */
  private final class Question {
    private final Account account;
    private Listing known;
    private Instant asked = Instant.EPOCH;
    private CompletableFuture<?> answer = CompletableFuture.completedFuture(null);

    Question(Account account) {
      this.account = account;
      this.known = new Listing(account, List.of(), false, Optional.empty(), Optional.empty());
    }

    /** Asks the service if it is time; empty if it is not. */
    synchronized Optional<CompletableFuture<?>> ask() {
      Instant now = clock.instant();
      if (!answer.isDone() || now.isBefore(asked.plus(FRESH))) {
        return Optional.empty();
      }
      asked = now;
      answer = CompletableFuture.runAsync(this::list, threads);
      return Optional.of(answer);
    }

    synchronized Listing listing() {
      return answer.isDone() || known.problem().isPresent()
          ? known
          : with(
              "it was asked "
                  + Amounts.time(Duration.between(asked, clock.instant()))
                  + " ago and has not answered yet");
    }

    private void list() {
      try {
        Listing listing = listed();
        synchronized (this) {
          known = listing;
        }
      } catch (RuntimeException e) {
        String why = e instanceof ServiceFailure ? e.getMessage() : "It cannot be asked: " + e;
        synchronized (this) {
          known = with(Redactor.redact(why));
        }
      }
    }

    private Listing with(String problem) {
      return new Listing(
          account, known.jobs(), known.isWhole(), known.answered(), Optional.of(problem));
    }

    private Listing listed() {
      List<RemoteJob> jobs = new ArrayList<>();
      PageTokens pages = new PageTokens();
      Optional<String> token = Optional.empty();
      int read = 0;
      do {
        BatchService.JobPage page = account.batches().get().jobs(token);
        jobs.addAll(page.jobs());
        token = pages.next(page.nextPageToken());
        read++;
      } while (token.isPresent() && jobs.size() < MOST && read < MOST_PAGES);
      boolean isWhole = token.isEmpty() && jobs.size() <= MOST;
      return new Listing(
          account,
          List.copyOf(jobs.subList(0, Math.min(MOST, jobs.size()))),
          isWhole,
          Optional.of(clock.instant()),
          Optional.empty());
    }
  }
}
