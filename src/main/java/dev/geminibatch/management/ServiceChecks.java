package dev.geminibatch.management;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.ModelService;
import dev.geminibatch.service.RemoteService;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.Settings;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The keys, and what the service says to each of them: whether it is there, the models, the time.
 */
public final class ServiceChecks {
  private static final String BATCH = "batchGenerateContent";
  private static final String MODEL = "gemini.model";

  /** A person waits. */
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  /** Less does no harm. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  /** From then on files are taken for expired that are not, or the other way round. */
  private static final Duration LARGE_SKEW = Duration.ofMinutes(5);

  private final Settings settings;
  private final Connection.Opener services;
  private final Clock clock;

  /**
   * @param services whose calls are made once
   */
  public ServiceChecks(Settings settings, Connection.Opener services, Clock clock) {
    this.settings = settings;
    this.services = services;
    this.clock = clock;
  }

  /** The keys, and one for each key and address. */
  public List<Check> all() {
    List<Check> checks = new ArrayList<>();
    checks.add(new Check("key", "", this::keys));
    Map<String, List<Settings>> byService =
        settings.profiles().all().stream()
            .filter(profile -> profile.service().key().isPresent())
            .collect(
                Collectors.groupingBy(
                    profile -> profile.service().project() + " " + profile.service().baseUrl(),
                    LinkedHashMap::new,
                    Collectors.toList()));
    settings.profiles().all().stream()
        .filter(profile -> profile.service().key().isEmpty() && isUsed(profile))
        .forEach(
            profile ->
                checks.add(
                    new Check(
                        "service",
                        "",
                        () ->
                            List.of(
                                Finding.warning(
                                    "service" + of(profile),
                                    profile.service().baseUrl() + " is not asked without a key",
                                    "First see \"key" + of(profile) + "\".")))));
    for (List<Settings> profiles : byService.values()) {
      checks.add(
          new Check(
              "service",
              profiles.get(0).service().baseUrl()
                  + " does not answer. Check the network, the proxy (gemini.proxy, HTTPS_PROXY) and"
                  + " gemini.base-url.",
              () -> service(profiles)));
    }
    return checks;
  }

  private List<Finding> keys() {
    Profiles profiles = settings.profiles();
    List<Finding> findings = new ArrayList<>();
    for (Settings profile : profiles.all()) {
      String name = "key" + of(profile);
      if (profile.service().key().isPresent()) {
        String place = profiles.placeOfKey(profile.profile()).orElse("the settings");
        findings.add(Finding.ok(name, "from " + place));
      } else if (isUsed(profile)) {
        findings.add(
            Finding.problem(
                name,
                "there is no API key",
                "Set GEMINI_API_KEY in the environment, or "
                    + profile.ownKey("gemini.api-key-file")
                    + " in config/local.properties to a file with the key."));
      } else {
        findings.add(Finding.ok(name, "none; only the other profiles are served"));
      }
    }
    return findings;
  }

  /** The default profile needs no key where others have one. */
  private boolean isUsed(Settings profile) {
    return !profile.isDefault()
        || settings.profiles().all().stream().allMatch(each -> each.service().key().isEmpty());
  }

  private static String of(Settings profile) {
    return profile.isDefault() ? "" : " of " + profile.profile();
  }

  private List<Finding> service(List<Settings> profiles) {
    ServiceConfig set = profiles.get(0).service();
    ServiceConfig config = set.within(PATIENCE);
    ServiceClock time = new ServiceClock(clock);
    String name = "service" + of(profiles.get(0));
    List<Finding> findings = new ArrayList<>();
    try (RemoteService service = services.open(config, time)) {
      Optional<Finding> trouble = access(name, service, config);
      if (trouble.isPresent()) {
        findings.add(trouble.get());
        profiles.forEach(profile -> findings.add(unasked(profile, "see \"" + name + "\"")));
      } else {
        findings.add(Finding.ok(name, set.baseUrl() + " answers, and accepts the key"));
        profiles.forEach(profile -> findings.add(model(profile, service.models())));
      }
      time.lastSeen().ifPresent(ahead -> findings.add(clock("clock" + of(profiles.get(0)), ahead)));
    }
    return findings;
  }

  private static Optional<Finding> access(
      String name, RemoteService service, ServiceConfig config) {
    try {
      service.jobs(Optional.empty());
      return Optional.empty();
    } catch (ServiceFailure failure) {
      String found = Amounts.clause(failure.getMessage());
      if (failure.kind() == Kind.BAD_KEY) {
        return Optional.of(
            Finding.problem(
                name,
                "the key is refused: " + found,
                "Take a key from https://aistudio.google.com/apikey, and put it where \"key\""
                    + " says that it comes from."));
      }
      return Optional.of(Finding.problem(name, found, remedy(failure, config)));
    }
  }

  private static String remedy(ServiceFailure failure, ServiceConfig config) {
    if (failure.isAccount()) {
      return "Put the account in order with the service; what is dropped waits until then.";
    }
    return switch (failure.kind()) {
      case UNREACHABLE ->
          "Check the network, the proxy (gemini.proxy, HTTPS_PROXY) and gemini.base-url ("
              + config.baseUrl()
              + ").";
      case QUOTA -> "Wait; the service takes no more requests for now.";
      case UNAVAILABLE -> "Try again later; if it stays, check gemini.base-url and the proxy.";
      default -> "Check gemini.base-url and gemini.api-version (" + config.apiVersion() + ").";
    };
  }

  private static Finding model(Settings profile, ModelService models) {
    String name = "model" + of(profile);
    String model = profile.jobs().model();
    try {
      List<String> methods = models.methods(model);
      return methods.isEmpty() || methods.contains(BATCH)
          ? Finding.ok(name, model + " is there")
          : Finding.warning(
              name,
              model + " takes no batch jobs (it takes " + String.join(", ", methods) + ")",
              "Set " + profile.ownKey(MODEL) + " to a model that does.");
    } catch (ServiceFailure failure) {
      return failure.kind() == Kind.NOT_FOUND
          ? unknown(name, profile, models)
          : Finding.warning(
              name,
              model + " could not be looked up: " + Amounts.clause(failure.getMessage()),
              "Try again later.");
    }
  }

  private static Finding unasked(Settings profile, String first) {
    return Finding.warning(
        "model" + of(profile), profile.jobs().model() + " is not checked", "First " + first + ".");
  }

  private static Finding unknown(String name, Settings profile, ModelService models) {
    String model = profile.jobs().model();
    List<String> listed;
    try {
      listed = models.listed();
    } catch (ServiceFailure e) {
      listed = List.of();
    }
    if (listed.isEmpty()) {
      return Finding.warning(
          name,
          "the service does not say whether there is " + model,
          "Compare " + profile.ownKey(MODEL) + " with the service's own list of models.");
    }
    List<String> usual =
        listed.stream().filter(each -> each.startsWith("gemini-")).limit(8).toList();
    return Finding.problem(
        name,
        "the service has no model " + model + " for this key",
        "Set "
            + profile.ownKey(MODEL)
            + " to "
            + DidYouMean.to(model, listed).orElse("one that it has")
            + "; it has "
            + String.join(", ", usual.isEmpty() ? listed.subList(0, 1) : usual)
            + (listed.size() > usual.size() ? " and others." : "."));
  }

  private static Finding clock(String name, Duration ahead) {
    Duration off = ahead.abs();
    String found =
        "this machine's clock is "
            + Amounts.time(off)
            + (ahead.isNegative() ? " ahead of" : " behind")
            + " the service's";
    String remedy = "Set the clock, and let NTP keep it right (timedatectl set-ntp true).";
    if (off.compareTo(LARGE_SKEW) > 0) {
      return Finding.problem(name, found, remedy);
    }
    return off.compareTo(SKEW) > 0
        ? Finding.warning(name, found, remedy)
        : Finding.ok(name, "no more than a minute from the service's");
  }
}
