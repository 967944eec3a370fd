package dev.geminibatch.settings;

import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.LimitTable;
import dev.geminibatch.service.LimitTableReader;
import dev.geminibatch.service.ProjectId;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Projects that one daemon serves side by side: each has an inbox of its own, and what is set as
 * {@code profile.NAME.KEY} counts for it in place of {@code KEY}.
 */
public final class Profiles {
  /** The profile of what is set without a name. */
  public static final String DEFAULT = "default";

  /** What a profile may set. */
  private static final List<String> OWN =
      List.of(
          "inbox.directory",
          "outbox.directory",
          "archive.directory",
          "failed.directory",
          "media.root",
          "gemini.api-key",
          "gemini.api-key-file",
          "gemini.base-url",
          "gemini.model",
          "service.tier",
          "job.max-tokens",
          "request.generation-config",
          "request.system-instruction",
          "budget.max-cost-per-file",
          "budget.output-tokens",
          "lines.on-error",
          "results.check",
          "results.parts",
          "run.priority",
          "run.paused",
          "pictures.prompt-file",
          "pictures.schema-file",
          "pictures.quiet-period",
          "pictures.answer-files");

  /** What a file beside an input may set: nothing that reaches beyond its profile. */
  private static final List<String> OF_A_FILE =
      List.of(
          "gemini.model",
          "media.root",
          "request.generation-config",
          "request.system-instruction",
          "budget.max-cost-per-file",
          "budget.output-tokens",
          "lines.on-error",
          "results.check",
          "results.parts",
          "run.priority",
          "run.paused");

  private final PropertySources properties;
  private final Path home;
  private final Path defaultMediaRoot;
  private final Map<Path, LimitTable> limits = new ConcurrentHashMap<>();
  private final Map<String, Settings> byName = new LinkedHashMap<>();

  Profiles(PropertySources properties, Path home, Path defaultMediaRoot) {
    this.properties = properties;
    this.home = home;
    this.defaultMediaRoot = defaultMediaRoot;
    byName.put(DEFAULT, read(properties, DEFAULT));
    for (String key : properties.keysOfFiles()) {
      checkBeginning(key);
    }
    for (String key : new TreeSet<>(properties.keysOfProfiles())) {
      String[] parts = key.split("[.]", 3);
      checkKey(key, parts);
      byName.computeIfAbsent(parts[1], name -> read(properties.ofProfile(name, Map.of()), name));
    }
    checkInboxes();
    checkAddresses();
  }

  private Settings read(PropertySources seen, String name) {
    try {
      return new SettingsReader(seen, name, home).read(this, defaultMediaRoot);
    } catch (UsageException e) {
      throw in(name, e);
    }
  }

  /** The limits in a file, as they were when it was first asked for. */
  LimitTable limits(Path file) {
    return limits.computeIfAbsent(file, LimitTableReader::read);
  }

  /** The same, with the profile's name before it. */
  public static UsageException in(String profile, UsageException wrong) {
    return profile.equals(DEFAULT)
        ? wrong
        : new UsageException("In the profile " + profile + ": " + wrong.getMessage());
  }

  private static void checkBeginning(String key) {
    if (key.startsWith("pictures.")) {
      throw new UsageException(key + " is for a profile alone; write profile.NAME." + key + ".");
    }
    String beginning = key.replaceFirst("[.].*", "");
    boolean isMisspelt =
        key.split("[.]").length > 2
            && !beginning.equals("profile")
            && DidYouMean.nearly(beginning, List.of("profile")).isPresent();
    if (isMisspelt) {
      throw new UsageException(
          "There is no setting "
              + key
              + "; did you mean profile"
              + key.substring(beginning.length())
              + "?");
    }
  }

  private static void checkKey(String key, String[] parts) {
    if (parts.length < 3 || !parts[1].matches("[a-z0-9]+(-[a-z0-9]+)*")) {
      throw new UsageException(
          key
              + " is not a setting of a profile; write profile.NAME.KEY with a name of a-z, 0-9 and -.");
    }
    if (parts[1].equals(DEFAULT)) {
      throw new UsageException(key + ": write it without profile.default.");
    }
    if (!OWN.contains(parts[2])) {
      throw new UsageException(
          "A profile has no setting "
              + parts[2]
              + DidYouMean.meant(parts[2], OWN)
              + " ("
              + key
              + "); it may set "
              + String.join(", ", OWN)
              + ".");
    }
  }

  /** Two profiles with one inbox would take each other's files. */
  private void checkInboxes() {
    Map<Path, String> taken = new HashMap<>();
    for (Settings each : byName.values()) {
      String other = taken.put(each.folders().inbox(), each.profile());
      checkNothingInside(each);
      if (other != null) {
        throw new UsageException(
            "The profiles "
                + other
                + " and "
                + each.profile()
                + " have the same inbox "
                + each.folders().inbox()
                + "; give one of them another inbox.directory.");
      }
    }
  }

  /** Folders in an inbox for pictures are taken as pictures. */
  private void checkNothingInside(Settings pictures) {
    for (Settings other : byName.values()) {
      Path inbox = pictures.folders().inbox();
      boolean isInside = other != pictures && other.folders().inbox().startsWith(inbox);
      if (pictures.pictures().isPresent() && isInside) {
        throw new UsageException(
            "The inbox of "
                + other.profile()
                + " is inside the inbox for pictures of "
                + pictures.profile()
                + ", which takes every folder in it; set another inbox.directory.");
      }
    }
  }

  /** What was uploaded with a key is known by the key alone. */
  private void checkAddresses() {
    Map<ProjectId, Settings> byKey = new HashMap<>();
    for (Settings each : byName.values()) {
      if (each.service().key().isPresent()) {
        Settings other = byKey.putIfAbsent(each.service().project(), each);
        if (other != null && !other.service().baseUrl().equals(each.service().baseUrl())) {
          throw new UsageException(
              "The profiles "
                  + other.profile()
                  + " and "
                  + each.profile()
                  + " have the same key and not the same gemini.base-url; give one of them another"
                  + " key.");
        }
      }
    }
  }

  /** Whether there is a profile of this name. */
  public boolean has(String name) {
    return byName.containsKey(name);
  }

  /** Whether there is a profile of this name, and a key for it: else its runs wait for one. */
  public boolean hasKey(String name) {
    return has(name) && of(name).service().key().isPresent();
  }

  /**
   * The settings of a profile.
   *
   * @throws UsageException when there is none of this name
   */
  public Settings of(String name) {
    Settings settings = byName.get(name);
    if (settings == null) {
      throw new UsageException(
          "There is no profile "
              + name
              + DidYouMean.meant(name, byName.keySet())
              + "; there are "
              + String.join(", ", byName.keySet())
              + ". A profile is there from its first setting on, say profile."
              + name
              + ".gemini.model.");
    }
    return settings;
  }

  /**
   * The settings of a profile for one of its files.
   *
   * @param overrides what the file's own settings say
   * @throws UsageException when they cannot be used
   */
  public Settings of(String name, Map<String, String> overrides) {
    Settings profile = of(name);
    Map<String, String> checked = new HashMap<>(overrides);
    overrides.forEach((key, value) -> checked.put(key, ofFile(profile, key, value)));
    Settings file = read(properties.ofProfile(name, checked), name);
    checkBudget(profile.costs(), file.costs());
    return file;
  }

  private static String ofFile(Settings profile, String key, String value) {
    if (!OF_A_FILE.contains(key)) {
      throw new UsageException(
          "a single file has no setting "
              + key
              + DidYouMean.meant(key, OF_A_FILE)
              + "; it may set "
              + String.join(", ", OF_A_FILE)
              + ".");
    }
    if (key.equals("media.root")) {
      return below(profile.uploads().mediaRoot(), value).toString();
    }
    if (key.startsWith("request.") && value.startsWith(TypedProperties.FILE)) {
      throw new UsageException(key + " of a single file cannot name another file.");
    }
    return value;
  }

  private static Path below(Path root, String value) {
    try {
      Path below = root.resolve(value).normalize();
      if (below.startsWith(root) && below.toRealPath().startsWith(root.toRealPath())) {
        return below;
      }
    } catch (IOException | InvalidPathException e) {
      // it is not there
    }
    throw new UsageException(
        "media.root of a single file is \"" + value + "\"; write a folder below " + root + ".");
  }

  /** A file may be more careful than its profile, not less. */
  private static void checkBudget(Settings.Costs profile, Settings.Costs file) {
    if (profile.maxPerFile().isEmpty()) {
      return;
    }
    BigDecimal most = profile.maxPerFile().get();
    boolean isHigher = file.maxPerFile().map(max -> max.compareTo(most) > 0).orElse(true);
    if (isHigher || file.outputTokens() < profile.outputTokens()) {
      throw new UsageException(
          "budget.* of a single file allows more than the "
              + most
              + " that its profile allows, with budget.output-tokens = "
              + profile.outputTokens()
              + ".");
    }
  }

  /** Every profile, the default one first. */
  public Collection<Settings> all() {
    return new ArrayList<>(byName.values());
  }

  /**
   * The profiles that a daemon serves: all, but for the default one if it has no key and others do.
   *
   * @throws UsageException when another one has no key, or there is none at all
   */
  public List<Settings> served() {
    List<Settings> served = new ArrayList<>();
    for (Settings each : byName.values()) {
      boolean hasKey = each.service().key().isPresent();
      boolean isDefault = each.profile().equals(DEFAULT);
      if (!hasKey && !isDefault) {
        throw new UsageException(
            "The profile "
                + each.profile()
                + " has no API key. Set profile."
                + each.profile()
                + ".gemini.api-key-file in config/local.properties, or a key for all.");
      }
      if (hasKey || byName.size() == 1) {
        each.service().requireKey();
        served.add(each);
      }
    }
    return served;
  }
}
