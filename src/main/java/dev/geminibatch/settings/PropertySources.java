package dev.geminibatch.settings;

import dev.geminibatch.io.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;

/**
 * Values by key from all places a person can write them.
 *
 * <p>The strongest first: the command line, the environment ({@code INBOX_DIRECTORY} for {@code
 * inbox.directory}), {@code config/local.properties}, {@code config/application.properties}.
 */
public final class PropertySources {
  private final Map<String, String> commandLine;
  private final Map<String, String> environment;

  /** The files that were asked for, the weakest first; not all need to be there. */
  private final List<Path> sourceFiles;

  /** By key, the file whose value counts. */
  private final Map<String, PropertiesText> files;

  /** The keys that anybody has asked for. */
  private final Set<String> known;

  /** What stands before the keys of a profile; empty for the default one. */
  private final Optional<String> profile;

  /** What a single file sets for itself. */
  private final Optional<PropertiesText> overrides;

  private final Shared shared;

  /**
   * What is learned while reading, of all profiles.
   *
   * @param secretFiles the files with a key or a password in them
   * @param mistakes in the files themselves
   * @param doubts what is said by several lines, of which one counts
   * @param keys where the key of each profile comes from, by what stands before its settings
   */
  private record Shared(
      Set<Path> secretFiles, Mistakes mistakes, List<String> doubts, Map<String, String> keys) {}

  private PropertySources(
      Map<String, String> commandLine, Map<String, String> environment, List<Path> sourceFiles) {
    this.sourceFiles = List.copyOf(sourceFiles);
    this.commandLine = commandLine;
    this.environment = environment;
    this.files = new TreeMap<>();
    this.known = new ConcurrentSkipListSet<>();
    this.profile = Optional.empty();
    this.overrides = Optional.empty();
    this.shared = new Shared(new TreeSet<>(), new Mistakes(), new ArrayList<>(), new TreeMap<>());
  }

  private PropertySources(
      PropertySources all, Optional<String> profile, Optional<PropertiesText> overrides) {
    this.commandLine = all.commandLine;
    this.environment = all.environment;
    this.sourceFiles = all.sourceFiles;
    this.files = all.files;
    this.known = new ConcurrentSkipListSet<>();
    this.profile = profile;
    this.overrides = overrides;
    this.shared = all.shared;
  }

  /**
   * Reads the files that exist. What cannot be read in them is among the mistakes that the reading
   * of settings reports.
   *
   * @param files the weakest first
   */
  public static PropertySources read(
      Map<String, String> commandLine, Map<String, String> environment, List<Path> files) {
    PropertySources properties = new PropertySources(commandLine, environment, files);
    for (Path file : files) {
      if (Files.exists(file)) {
        properties.take(file);
      }
    }
    return properties;
  }

  /** The same as they are now. */
  PropertySources readAgain() {
    return read(commandLine, environment, sourceFiles);
  }

  /** The keys that have other values in others. */
  Set<String> changed(PropertySources others) {
    Set<String> changed = new TreeSet<>(files.keySet());
    changed.addAll(others.files.keySet());
    changed.removeIf(
        key -> found(key).map(Found::value).equals(others.found(key).map(Found::value)));
    return changed;
  }

  /** The same, but for some keys, which are as in others. */
  PropertySources with(PropertySources others, Set<String> keys) {
    PropertySources mixed = new PropertySources(commandLine, environment, sourceFiles);
    mixed.files.putAll(files);
    mixed.shared.secretFiles().addAll(shared.secretFiles());
    for (String key : keys) {
      if (others.files.containsKey(key)) {
        mixed.files.put(key, others.files.get(key));
      } else {
        mixed.files.remove(key);
      }
    }
    return mixed;
  }

  /** The files that values are read from; not all need to be there. */
  List<Path> sourceFiles() {
    return sourceFiles;
  }

  private void take(Path file) {
    PropertiesText text;
    try {
      text = PropertiesText.read(file, shared.mistakes()::add);
    } catch (UsageException e) {
      shared.mistakes().add(e);
      return;
    }
    text.values().keySet().forEach(key -> files.put(key, text));
    text.repeated().forEach((key, lines) -> shared.doubts().add(doubt(text, key, lines)));
    if (text.values().entrySet().stream().anyMatch(Secrets::isSecret)) {
      holdsSecret(file);
    }
  }

  private static String doubt(PropertiesText text, String key, List<Integer> lines) {
    int last = lines.size() - 1;
    return Place.line(text.name(), lines.get(last))
        + ": "
        + key
        + " was set before, on line "
        + lines.subList(0, last).stream().map(String::valueOf).collect(Collectors.joining(", "))
        + "; only this line counts. Remove the others.";
  }

  /** Notes that a file holds a key or a password. */
  void holdsSecret(Path file) {
    shared.secretFiles().add(file);
  }

  /** The files that were read and hold a key or a password. */
  public Set<Path> secretFiles() {
    return Collections.unmodifiableSet(shared.secretFiles());
  }

  /** Lines of the files that do not count, because a later one sets the same key. */
  public List<String> doubts() {
    return List.copyOf(shared.doubts());
  }

  /** What is wrong in the files themselves. */
  Mistakes mistakes() {
    return shared.mistakes();
  }

  /** Notes where the key comes from. */
  void keyIsFrom(String place) {
    shared.keys().put(profile.orElse(""), place);
  }

  /** Where the key of a profile comes from, if it has one. */
  Optional<String> placeOfKey(String name) {
    return Optional.ofNullable(shared.keys().get(prefix(name).orElse("")));
  }

  /**
   * The same, as a profile sees them: its own values come before those of everybody.
   *
   * @param overrides values that come before its own
   */
  PropertySources ofProfile(String name, Optional<PropertiesText> overrides) {
    return new PropertySources(this, prefix(name), overrides);
  }

  private static Optional<String> prefix(String profile) {
    return profile.equals(Profiles.DEFAULT)
        ? Optional.empty()
        : Optional.of("profile." + profile + ".");
  }

  /** All keys, as they stand in the files. */
  Set<String> keysOfFiles() {
    return files.keySet();
  }

  /** The keys that anybody has asked for. */
  Set<String> known() {
    return Collections.unmodifiableSet(known);
  }

  /**
   * The keys with some beginning that are set anywhere. A variable of the environment has no dots
   * and no small letters: it stands for the key of a file that is written like it, else for one in
   * small letters whose words are separated by dots.
   */
  Set<String> keysBelow(String beginning) {
    Set<String> keys = new TreeSet<>();
    Set<String> taken = new TreeSet<>();
    for (String key : files.keySet()) {
      if (key.startsWith(beginning)) {
        keys.add(key);
        taken.add(environmentName(key));
      }
    }
    String variables = environmentName(beginning);
    for (String name : environment.keySet()) {
      if (name.startsWith(variables) && !taken.contains(name)) {
        String rest = name.substring(variables.length()).toLowerCase(Locale.ROOT);
        keys.add(beginning + rest.replace('_', '.'));
      }
    }
    return keys;
  }

  /** The value of a key; blank counts as not set. */
  public Optional<String> get(String key) {
    return find(key).map(Found::value);
  }

  /** Where the value of a key was set, if it was. */
  Optional<Place> place(String key) {
    return find(key).map(Found::place);
  }

  /** The value of a key, with where it was set. */
  Optional<Found> find(String key) {
    known.add(key);
    return found(key);
  }

  /** The same for who does not know which keys there are. */
  Optional<Found> found(String key) {
    return onCommandLine(key)
        .or(() -> inOverrides(key))
        .or(() -> inProfile(key))
        .or(() -> inEnvironment(key, environmentName(key)))
        .or(() -> inFiles(key));
  }

  /** A key that was given on the command line. */
  Optional<Found> onCommandLine(String key) {
    return notBlank(commandLine.get(key))
        .map(value -> new Found(value, () -> Place.onCommandLine(key)));
  }

  private Optional<Found> inOverrides(String key) {
    return overrides.flatMap(file -> in(file, key));
  }

  private Optional<Found> inFiles(String key) {
    return Optional.ofNullable(files.get(key)).flatMap(file -> in(file, key));
  }

  private static Optional<Found> in(PropertiesText file, String key) {
    return notBlank(file.values().get(key))
        .map(value -> new Found(value, () -> new Place(key, file.place(key))));
  }

  /** A variable of the environment. */
  Optional<Found> inEnvironment(String key, String name) {
    return environment(name).map(value -> new Found(value, () -> new Place(key, name)));
  }

  /** A key that the profile has for itself. */
  Optional<Found> inProfile(String key) {
    return profile.flatMap(
        prefix ->
            inEnvironment(prefix + key, environmentName(prefix + key))
                .or(() -> inFiles(prefix + key)));
  }

  /** The value that a single file has for itself. */
  Optional<String> override(String key) {
    return inOverrides(key).map(Found::value);
  }

  /** The value that the profile has for itself. */
  Optional<String> ofProfileAlone(String key) {
    return inProfile(key).map(Found::value);
  }

  /** Notes keys that look like ours and are not. */
  void checkUnknown(Mistakes mistakes) {
    new UnknownKeys(known).check(files.keySet(), this::placeInFiles, mistakes);
  }

  /** Where a key stands that may have no value. */
  Optional<Place> placeInFiles(String key) {
    return Optional.ofNullable(files.get(key)).map(file -> new Place(key, file.place(key)));
  }

  /** Variables of the environment that look like ours and are not, with what may be meant. */
  public Map<String, String> misspeltVariables() {
    return new UnknownKeys(known).variables(environment.keySet());
  }

  /** Every key that a file sets but secrets, with its effective value: also keys not ours. */
  public Map<String, String> ofFiles() {
    Map<String, String> effective = new TreeMap<>();
    for (String key : files.keySet()) {
      found(key).ifPresent(found -> effective.put(key, found.value()));
    }
    effective.entrySet().removeIf(Secrets::isSecret);
    return effective;
  }

  /** The value of an environment variable; blank counts as not set. */
  Optional<String> environment(String name) {
    return notBlank(environment.get(name));
  }

  static String environmentName(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private static Optional<String> notBlank(String value) {
    return Optional.ofNullable(value).filter(text -> !text.isBlank());
  }
}
