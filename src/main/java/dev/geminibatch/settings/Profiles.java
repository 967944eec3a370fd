package dev.geminibatch.settings;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.LimitTable;
import dev.geminibatch.service.LimitTableReader;
import dev.geminibatch.service.ProjectId;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Projects that one daemon serves side by side: each has an inbox of its own, and what is set as
 * {@code profile.NAME.KEY} counts for it in place of {@code KEY}.
 */
public final class Profiles {
  /** The profile of what is set without a name. */
  public static final String DEFAULT = "default";

  private static final String INBOX = "inbox.directory";

  private final PropertySources properties;
  private final Places places;
  private final Path defaultMediaRoot;
  private final Mistakes mistakes;
  private final Map<Path, LimitTable> limits = new ConcurrentHashMap<>();
  private final Map<Path, Prices> prices = new ConcurrentHashMap<>();
  private final Map<String, Settings> byName = new LinkedHashMap<>();

  /** What is set by now; null as long as these are. */
  private volatile Profiles newer;

  /** Reads all profiles. What cannot be used is among the {@link #mistakes}. */
  Profiles(PropertySources properties, Places places, Path defaultMediaRoot) {
    this.properties = properties;
    this.places = places;
    this.defaultMediaRoot = defaultMediaRoot;
    this.mistakes = properties.mistakes();
    byName.put(DEFAULT, read(properties, DEFAULT, mistakes));
    for (String key : properties.keysOfFiles()) {
      noting(key, () -> ProfileKeys.checkBeginning(key));
      noting(key, () -> OperationReader.refuseCamels(key));
    }
    for (String key : properties.keysOfFiles()) {
      if (!key.startsWith("profile.")) {
        continue;
      }
      String[] parts = key.split("[.]", 3);
      if (noting(key, () -> ProfileKeys.checkKey(key, parts))) {
        byName.computeIfAbsent(
            parts[1], name -> read(properties.ofProfile(name, Optional.empty()), name, mistakes));
      }
    }
    checkInboxes();
    checkAddresses();
    properties.checkUnknown(mistakes);
  }

  /** Whether a key of a file passes a check; else it is noted. */
  private boolean noting(String key, Runnable check) {
    try {
      check.run();
      return true;
    } catch (UsageException e) {
      mistakes.add(key, properties.placeInFiles(key), e);
      return false;
    }
  }

  private Settings read(PropertySources seen, String name, Mistakes gets) {
    return new SettingsReader(seen, name, places, gets).read(this, defaultMediaRoot);
  }

  /**
   * Ends the reading if anything is wrong.
   *
   * @throws UsageException naming all of it
   */
  void check() {
    mistakes.check();
  }

  /** From now on whoever asks these profiles gets the values of others. */
  void replaceBy(Profiles others) {
    newer = others;
  }

  private Profiles now() {
    Profiles others = newer;
    return others == null ? this : others;
  }

  /** The same with other values, which nobody gets until they replace these. */
  Profiles with(PropertySources others) {
    return new Profiles(others, places, defaultMediaRoot);
  }

  /** Takes back what was read again and holds until the next start, such as keys in files. */
  void keepAllButLive(Profiles before) {
    byName.replaceAll((name, read) -> before.of(name).withLive(read));
  }

  /** The files with limits and prices. */
  Set<Path> filesRead() {
    Profiles now = now();
    Set<Path> files = new TreeSet<>(now.limits.keySet());
    now.all().forEach(each -> files.add(each.costs().prices()));
    return files;
  }

  /** Where the values come from. */
  PropertySources sources() {
    return now().properties;
  }

  /** What is wrong with the settings, in words that begin with where it is. */
  List<String> mistakes() {
    return mistakes.inWords();
  }

  /**
   * What is wrong with the value of a key for a reason that shows only when it is used.
   *
   * @param text begins with the key
   */
  public UsageException wrong(String profile, String key, String text) {
    Mistakes one = new Mistakes();
    one.add(
        key, properties.ofProfile(profile, Optional.empty()).place(key), new UsageException(text));
    return new UsageException(one.inWords().get(0));
  }

  /** Where the key of a profile comes from: a file, a variable or an option. */
  public Optional<String> placeOfKey(String profile) {
    return properties.placeOfKey(profile).or(() -> properties.placeOfKey(DEFAULT));
  }

  /** The prices in a file, as they were when the settings were last read. */
  public Prices prices(Path file) {
    return now().prices.computeIfAbsent(file, Prices::read);
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

  /** Two profiles with one inbox would take each other's files. */
  private void checkInboxes() {
    Map<Path, Settings> taken = new HashMap<>();
    for (Settings each : byName.values()) {
      Path inbox = each.folders().inbox();
      Settings other = taken.putIfAbsent(inbox, each);
      if (other != null) {
        note(
            each,
            INBOX,
            "The profiles "
                + other.profile()
                + " and "
                + each.profile()
                + " have the same inbox "
                + inbox
                + "; give one of them another inbox.directory.");
      }
      if (each.pictures().isPresent()) {
        checkNothingInside(each);
      }
    }
  }

  /** Folders in an inbox for pictures are taken as pictures. */
  private void checkNothingInside(Settings pictures) {
    for (Settings other : byName.values()) {
      boolean isInside = other.folders().inbox().startsWith(pictures.folders().inbox());
      if (other != pictures && isInside) {
        note(
            other,
            INBOX,
            "The inbox of "
                + other.profile()
                + " is inside the inbox for pictures of "
                + pictures.profile()
                + ", which takes every folder in it; set another inbox.directory.");
      }
    }
  }

  private void note(Settings profile, String key, String text) {
    mistakes.add(
        key,
        properties.ofProfile(profile.profile(), Optional.empty()).place(key),
        new UsageException(text));
  }

  /** What was uploaded with a key is known by the key alone. */
  private void checkAddresses() {
    Map<ProjectId, Settings> byKey = new HashMap<>();
    for (Settings each : byName.values()) {
      if (each.service().key().isPresent()) {
        Settings other = byKey.putIfAbsent(each.service().project(), each);
        if (other != null && !other.service().baseUrl().equals(each.service().baseUrl())) {
          note(
              each,
              "gemini.base-url",
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
    return now().byName.containsKey(name);
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
    Map<String, Settings> all = now().byName;
    Settings settings = all.get(name);
    if (settings == null) {
      throw new UsageException(
          "There is no profile "
              + name
              + DidYouMean.meant(name, all.keySet())
              + "; there are "
              + String.join(", ", all.keySet())
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
   * @throws UsageException when they cannot be used, naming each with its line
   */
  Settings of(String name, PropertiesText overrides) {
    return now().ofFile(name, overrides);
  }

  private Settings ofFile(String name, PropertiesText overrides) {
    Settings profile = of(name);
    Mistakes own = new Mistakes();
    Map<String, String> checked = new HashMap<>();
    overrides
        .values()
        .forEach(
            (key, value) -> {
              try {
                checked.put(key, ProfileKeys.ofFile(profile, key, value));
              } catch (UsageException e) {
                own.add(key, Optional.of(new Place(key, overrides.place(key))), e);
              }
            });
    PropertySources seen = properties.ofProfile(name, Optional.of(overrides.with(checked)));
    Settings file = read(seen, name, own);
    own.check();
    checkBudget(profile.costs(), file.costs(), overrides);
    return file;
  }

  /** A file may be more careful than its profile, not less. */
  private static void checkBudget(
      Settings.Costs profile, Settings.Costs file, PropertiesText overrides) {
    if (profile.maxPerFile().isEmpty()) {
      return;
    }
    BigDecimal most = profile.maxPerFile().get();
    boolean isHigher = file.maxPerFile().map(max -> max.compareTo(most) > 0).orElse(true);
    if (isHigher || file.outputTokens() < profile.outputTokens()) {
      String key = isHigher ? "budget.max-cost-per-file" : "budget.output-tokens";
      throw new UsageException(
          overrides.place(key)
              + ": budget.* of a single file allows more than the "
              + most
              + " that its profile allows, with budget.output-tokens = "
              + profile.outputTokens()
              + ".");
    }
  }

  /** Every profile, the default one first. */
  public Collection<Settings> all() {
    return new ArrayList<>(now().byName.values());
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
      if (!hasKey && !each.isDefault()) {
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
