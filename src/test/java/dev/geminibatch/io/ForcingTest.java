package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForcingTest {
  @TempDir Path folder;

  @Test
  void a_file_that_is_not_there_is_named_wherever_it_stands() throws IOException {
    Path one = Files.writeString(folder.resolve("one"), "1");
    Path gone = folder.resolve("gone");

    for (List<Path> files : List.of(List.of(gone, one), List.of(one, gone), List.of(gone))) {
      assertThatThrownBy(() -> Forcing.all(files))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessage(gone.toString());
    }
    Forcing.all(List.of(one));
    Forcing.all(List.of());
  }

  @Test
  void a_thread_that_is_interrupted_still_waits_for_the_others_and_stays_interrupted()
      throws IOException {
    Path one = Files.writeString(folder.resolve("one"), "1");
    Path gone = folder.resolve("gone");

    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> Forcing.all(List.of(gone, one))).isInstanceOf(IOException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void what_is_forced_in_the_background_is_waited_for_and_fails_then() throws IOException {
    Path one = Files.writeString(folder.resolve("one"), "1");
    Path gone = folder.resolve("gone");

    Forcing.begin(List.of(one)).await();
    Forcing.Begun failing = Forcing.begin(List.of(one, gone));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(failing::await)
          .isInstanceOf(NoSuchFileException.class)
          .hasMessage(gone.toString());
    }
  }

  @Test
  void threads_that_publish_into_one_folder_do_not_wait_for_ever() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        all.add(threads.submit(() -> Forcing.sharedFolder(folder)));
      }
      for (Future<?> each : all) {
        each.get(30, TimeUnit.SECONDS);
      }
      assertThat(all).allMatch(Future::isDone);
    } finally {
      threads.shutdownNow();
    }
  }
}
