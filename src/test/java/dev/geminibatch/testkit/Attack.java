package dev.geminibatch.testkit;

import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.png;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/**
 * What somebody may drop who wishes the daemon ill. Each has the folder of a {@link RealJar} to
 * drop into, with {@code media} and {@code secret.txt} in it, and a name that is new for every
 * drop. Linux only.
 */
public enum Attack {
  LINK_TO_A_SECRET {
    @Override
    void drop(Path folder, String name) throws IOException {
      Files.createSymbolicLink(in(folder, name + ".jsonl"), folder.resolve("secret.txt"));
    }
  },
  LINK_TO_ENDLESS_ZEROS {
    @Override
    void drop(Path folder, String name) throws IOException {
      Files.createSymbolicLink(in(folder, name + ".jsonl"), Path.of("/dev/zero"));
    }
  },
  SETTINGS_THAT_ARE_A_LINK {
    @Override
    void drop(Path folder, String name) throws IOException {
      Files.createSymbolicLink(
          in(folder, name + ".jsonl.properties"), folder.resolve("secret.txt"));
      put(folder, name, nativeLine("a", "settings are a link"));
    }
  },
  FIFO {
    @Override
    void drop(Path folder, String name) throws IOException {
      fifo(in(folder, name + ".jsonl"));
    }
  },
  SETTINGS_THAT_ARE_A_FIFO {
    @Override
    void drop(Path folder, String name) throws IOException {
      fifo(in(folder, name + ".jsonl.properties"));
      put(folder, name, nativeLine("a", "settings are a pipe"));
    }
  },
  SOCKET {
    @Override
    void drop(Path folder, String name) throws IOException {
      Path socket = in(folder, name + ".jsonl");
      Path inReach = Path.of("/tmp", name + ".socket"); // a socket's path has at most 108 bytes
      Files.deleteIfExists(inReach);
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(inReach));
        Files.move(inReach, socket);
      } finally {
        Files.deleteIfExists(inReach);
      }
    }
  },
  MEDIA_THAT_ARE_NO_FILES {
    @Override
    void drop(Path folder, String name) throws IOException {
      Path media = Files.createDirectories(folder.resolve("media").resolve(name));
      fifo(media.resolve("fifo.png"));
      Files.createSymbolicLink(media.resolve("link.png"), folder.resolve("secret.txt"));
      Files.createSymbolicLink(media.resolve("above"), folder);
      Files.createSymbolicLink(media.resolve("zeros.png"), Path.of("/dev/zero"));
      String here = name + "/";
      put(
          folder,
          name,
          extraction("fifo", here + "fifo.png"),
          extraction("link", here + "link.png"),
          extraction("above", here + "above/secret.txt"),
          extraction("zeros", here + "zeros.png"));
    }
  },
  MODEL_THAT_IS_A_PATH {
    @Override
    void drop(Path folder, String name) throws IOException {
      Files.writeString(
          in(folder, name + ".jsonl.properties"), "gemini.model=../batches/victim:cancel?x=\n");
      put(folder, name, nativeLine("a", "the model is a path"));
    }
  },
  SETTINGS_OF_MANY_MEGABYTES {
    @Override
    void drop(Path folder, String name) throws IOException {
      Files.writeString(
          in(folder, name + ".jsonl.properties"), "budget.output-tokens=1\n".repeat(500_000));
      put(folder, name, nativeLine("a", "settings are large"));
    }
  },
  SETTINGS_THAT_READ_A_FILE {
    @Override
    void drop(Path folder, String name) throws IOException {
      Files.writeString(
          in(folder, name + ".jsonl.properties"),
          "request.system-instruction=file:" + folder.resolve("secret.txt") + "\n");
      put(folder, name, nativeLine("a", "settings read a file"));
    }
  },
  PATTERN_THAT_BACKTRACKS {
    @Override
    void drop(Path folder, String name) throws IOException {
      String pattern = "{\"type\":\"string\",\"pattern\":\"^((a*)*)*b$\",\"minLength\":60}";
      putWithSchema(folder, name, pattern, "a".repeat(60));
    }
  },
  SCHEMA_THAT_IS_ITSELF {
    @Override
    void drop(Path folder, String name) throws IOException {
      putWithSchema(folder, name, "{\"$ref\":\"#\"}", "endless");
    }
  },
  SCHEMA_THAT_DOUBLES {
    @Override
    void drop(Path folder, String name) throws IOException {
      StringBuilder schema = new StringBuilder("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
      for (int i = 0; i < 60; i++) {
        String next = "{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}";
        schema.append("\"d%d\":{\"allOf\":[%s,%s]},".formatted(i, next, next));
      }
      schema.append("\"d60\":{}}}");
      putWithSchema(folder, name, schema.toString(), "doubled");
    }
  },
  TAGS_BY_THE_MILLION {
    @Override
    void drop(Path folder, String name) throws IOException {
      put(folder, name, nativeLine("a", "[[FILE:a.png]] ".repeat(3_500_000)));
    }
  },
  DEEP_LINE {
    @Override
    void drop(Path folder, String name) throws IOException {
      put(folder, name, "{\"key\":\"a\",\"request\":" + "[".repeat(5_000_000));
    }
  },
  KEY_OF_MANY_MEGABYTES {
    @Override
    void drop(Path folder, String name) throws IOException {
      put(folder, name, nativeLine("k".repeat(30_000_000), "the key is long"));
    }
  },
  PACKED_ZEROS {
    @Override
    void drop(Path folder, String name) throws IOException {
      Path part = in(folder, name + ".jsonl.gz.part");
      try (OutputStream out =
          new GZIPOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
        byte[] zeros = new byte[1 << 20];
        for (int i = 0; i < 1024; i++) {
          out.write(zeros);
        }
      }
      Files.move(part, in(folder, name + ".jsonl.gz"));
    }
  },
  SPARSE_TERABYTE {
    @Override
    void drop(Path folder, String name) throws IOException {
      Path part = in(folder, name + ".jsonl.part");
      try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
        file.setLength(1L << 40);
      }
      Files.move(part, in(folder, name + ".jsonl"));
    }
  },
  BAD_LINES_BY_THE_HUNDRED_THOUSAND {
    @Override
    void drop(Path folder, String name) throws IOException {
      String[] lines = new String[200_000];
      Arrays.fill(lines, "{\"key\":\"\u202E\u001b[2J\",\"request\":7}");
      put(folder, name, lines);
    }
  },
  PICTURES_THAT_ARE_NO_FILES {
    @Override
    void drop(Path folder, String name) throws IOException {
      Path scans = folder.resolve("inbox-of-scans");
      Files.createSymbolicLink(scans.resolve(name + ".png"), folder.resolve("secret.txt"));
      fifo(scans.resolve(name + "-fifo.png"));
      Path part = Files.createDirectories(folder.resolve(name));
      Files.write(part.resolve("good.png"), png(name));
      Files.createSymbolicLink(part.resolve("link.png"), folder.resolve("secret.txt"));
      Files.createSymbolicLink(part.resolve("all"), folder);
      fifo(part.resolve("fifo.png"));
      Files.move(part, scans.resolve(name + "\u202E"));
    }
  },
  SERVICE_WITHOUT_END {
    @Override
    void drop(Path folder, String name) throws IOException {
      for (int i = 0; i < 4; i++) {
        put(folder, "of-another/" + name + i, nativeLine("a", "the service never ends " + i));
      }
    }
  },
  NAME_THAT_TURNS_ROUND {
    @Override
    void drop(Path folder, String name) throws IOException {
      put(folder, name + "\u202Etxt.\u2028", "not json \u001b[31m\u202E");
    }
  };

  /**
   * Makes the folders, and settings with two more profiles: one for pictures, and one whose service
   * answers whatever it is asked for ever.
   *
   * @return the settings, for {@code --config}
   */
  public static Path prepare(Path folder, URI endless) throws IOException {
    for (String name : new String[] {"inbox/of-another", "inbox-of-scans", "media"}) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(folder.resolve("secret.txt"), "{\"key\":\"" + SECRET + "\"}\n");
    Files.writeString(folder.resolve("prompt.txt"), "What is on it?");
    return Files.writeString(
        folder.resolve("attacked.properties"),
        """
        media.root = %1$s/media
        profile.scans.inbox.directory = %1$s/inbox-of-scans
        profile.scans.pictures.prompt-file = %1$s/prompt.txt
        profile.scans.pictures.quiet-period = 200ms
        profile.of-another.inbox.directory = %1$s/inbox/of-another
        profile.of-another.gemini.base-url = %2$s
        profile.of-another.gemini.api-key = another-key
        gemini.timeout = 5s
        """
            .formatted(folder, endless));
  }

  /** Drops it; what is a file appears whole. */
  abstract void drop(Path folder, String name) throws IOException;

  /** What is in a file that only the daemon may read. */
  public static final String SECRET = "the-secret-of-the-daemon";

  /** Drops it under a name of this number. */
  public String drop(Path folder, int number) throws IOException {
    String name = "evil-" + number + "-" + name().toLowerCase().replace('_', '-');
    drop(folder, name);
    return name;
  }

  /** A well-meant input beside it, which is answered. */
  public static void dropGood(Path folder, String name) throws IOException {
    Path picture = folder.resolve("media/good.png");
    if (!Files.exists(picture)) {
      Files.write(picture, png("good"));
    }
    put(folder, name, extraction("a", "good.png"), nativeLine("b", "good"));
  }

  private static Path in(Path folder, String name) {
    return folder.resolve("inbox").resolve(name);
  }

  private static void put(Path folder, String name, String... lines) throws IOException {
    Path part = in(folder, name + ".jsonl.part");
    Files.write(part, Arrays.asList(lines), StandardCharsets.UTF_8);
    Files.move(part, in(folder, name + ".jsonl"));
  }

  private static void putWithSchema(Path folder, String name, String schema, String text)
      throws IOException {
    String line =
        """
        {"key":"%s","request":{"contents":[{"role":"user","parts":[{"text":"%s"}]}],"generationConfig":{\
        "responseMimeType":"application/json","responseJsonSchema":%s}}}""";
    put(folder, name, line.formatted("a", text, schema), line.formatted("b", text, schema));
  }

  private static void fifo(Path path) throws IOException {
    try {
      int exit = new ProcessBuilder("mkfifo", path.toString()).start().waitFor();
      if (exit != 0) {
        throw new IOException("mkfifo ended with " + exit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
