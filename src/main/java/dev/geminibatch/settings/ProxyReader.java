package dev.geminibatch.settings;

import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.ProxyServer;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads which proxies to use: the setting, else the variables that most programs know, in lower
 * case or else in upper case. Java's own options come before both.
 */
final class ProxyReader {
  static final String URL = "gemini.proxy";
  private static final String EXCEPT = "gemini.no-proxy";
  private static final String OFF = "off";

  private final PropertySources sources;

  ProxyReader(PropertySources sources) {
    this.sources = sources;
  }

  /** Both proxies and their exceptions. */
  Proxies read() {
    return new Proxies(
        proxy("http"),
        proxy("https"),
        sources.get(EXCEPT).or(() -> variable("no_proxy").map(Variable::value)).orElse(""));
  }

  private Optional<ProxyServer> proxy(String scheme) {
    Optional<Variable> set = sources.get(URL).map(value -> new Variable(URL, value));
    if (System.getProperty(scheme + ".proxyHost") != null
        || System.getProperty("socksProxyHost") != null
        || set.filter(proxy -> proxy.value().strip().equals(OFF)).isPresent()) {
      return Optional.empty();
    }
    return set.or(() -> variable(scheme + "_proxy"))
        .or(() -> variable("all_proxy"))
        .map(variable -> ProxyServer.parse(variable.value(), variable.name()));
  }

  /** A variable or setting with its value. */
  private record Variable(String name, String value) {}

  private Optional<Variable> variable(String lowerCase) {
    return named(lowerCase).or(() -> named(lowerCase.toUpperCase(Locale.ROOT)));
  }

  private Optional<Variable> named(String name) {
    return sources.environment(name).map(value -> new Variable(name, value));
  }
}
