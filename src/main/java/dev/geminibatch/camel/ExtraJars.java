package dev.geminibatch.camel;

import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.CliConnectorFactory;

/** Further Camel components, and what they need, as jars in a folder. */
final class ExtraJars {
  private ExtraJars() {}

  /** What loads the classes of the jars; empty if there are none. */
  static Optional<URLClassLoader> on(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jar")).sorted().toList()) {
        jars.add(file.toUri().toURL());
      }
    } catch (IOException e) {
      throw new UsageException(
          "components.directory is " + folder + ", which cannot be read: " + e.getMessage());
    }
    return jars.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new URLClassLoader(
                "components", jars.toArray(URL[]::new), ExtraJars.class.getClassLoader()));
  }

  /**
   * A Camel that finds what is in the jars from its beginning on: it remembers what it misses.
   *
   * @param readsTwice whether the routes hold what Camel has to know before it reads routes
   */
  static Main camel(Optional<? extends ClassLoader> loader, BooleanSupplier readsTwice) {
    return new Main() {
      @Override
      protected void modelineRoutes(CamelContext context) throws Exception {
        if (readsTwice.getAsBoolean()) {
          super.modelineRoutes(context);
        }
      }

      @Override
      protected CamelContext createCamelContext() {
        CamelContext context = super.createCamelContext();
        loader.ifPresent(context::setApplicationContextClassLoader);
        return context;
      }
    };
  }

  /** What "camel get" talks to is for one Camel of a process: its files have the process's id. */
  static void disconnect(Main main) {
    main.addMainListener(
        new MainListenerSupport() {
          @Override
          public void beforeInitialize(BaseMainSupport starting) {
            CliConnectorFactory factory =
                starting
                    .getCamelContext()
                    .getCamelContextExtension()
                    .getContextPlugin(CliConnectorFactory.class);
            if (factory != null) {
              factory.setEnabled(false);
            }
          }
        });
  }
}
