package dev.geminibatch.camel;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;

/**
 * Ends downloads that take too long as a whole. A host that sends a byte now and then, or one
 * interim answer after the other, never trips a timeout of the connection.
 */
final class DownloadDeadline implements ExecChainHandler {
  /** The client tries once more when its connection is gone. */
  private static final long AGAIN_MILLIS = 500;

  private final Duration most;
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, DownloadDeadline::thread);

  /** Of the download that a thread waits for. */
  private final ThreadLocal<Watch> watches = new ThreadLocal<>();

  /**
   * @param most from the request to the last byte of the answer
   */
  DownloadDeadline(Duration most) {
    this.most = most;
    timer.setRemoveOnCancelPolicy(true);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "download-deadline");
    thread.setDaemon(true);
    return thread;
  }

  /** Ends one download. What has been given back by then is not touched. */
  private static final class Watch implements Runnable {
    private final ExecRuntime connection;
    private volatile boolean isOver;
    private Future<?> future;

    Watch(ExecRuntime connection) {
      this.connection = connection;
    }

    @Override
    public void run() {
      isOver = true;
      connection.discardEndpoint();
    }
  }

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    end();
    Watch watch = new Watch(scope.execRuntime);
    watch.future =
        timer.scheduleWithFixedDelay(watch, most.toMillis(), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    watches.set(watch);
    return chain.proceed(request, scope);
  }

  /**
   * The download of this thread has ended.
   *
   * @return whether that is because its time was over
   */
  boolean end() {
    Watch watch = watches.get();
    watches.remove();
    if (watch == null) {
      return false;
    }
    watch.future.cancel(false);
    return watch.isOver;
  }

  /** What a download that was ended comes to. */
  IOException failure() {
    return new IOException("it takes longer than " + most.toSeconds() + " s");
  }
}
