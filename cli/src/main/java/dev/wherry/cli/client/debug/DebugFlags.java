package dev.wherry.cli.client.debug;

import dev.wherry.cli.client.failure.ClientException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of {@code debug}. */
final class DebugFlags {
  private static final Set<String> PULL_POLICIES = Set.of("", "Always", "IfNotPresent", "Never");

  @Option(names = "--image", description = "The image of the container.")
  String image = "";

  @Option(
      names = {"-c", "--container"},
      description = "The container's name.")
  String container = "";

  @Option(names = "--target", description = "The container whose processes are to be seen.")
  String target = "";

  @Option(names = "--copy-to", description = "Leave the pod alone and make a copy of this name.")
  String copyTo = "";

  @Option(names = "--set-image", split = ",", description = "Images of the copy: name=image.")
  Map<String, String> images = new LinkedHashMap<>();

  @Option(
      names = "--replace",
      arity = "0..1",
      fallbackValue = "true",
      description = "Delete the pod that was copied.")
  boolean replace;

  @Option(
      names = "--same-node",
      arity = "0..1",
      fallbackValue = "true",
      description = "Bring the copy to the pod's node.")
  boolean sameNode;

  @Option(
      names = "--share-processes",
      arity = "0..1",
      fallbackValue = "true",
      description = "Let the copy's containers see each other's processes (default).")
  @Nullable Boolean shareProcesses;

  @Option(names = "--env", split = ",", description = "Variables of the container: name=value.")
  Map<String, String> env = new LinkedHashMap<>();

  @Option(names = "--image-pull-policy", description = "Always, IfNotPresent or Never.")
  String pullPolicy = "";

  @Option(names = "--profile", description = "general, baseline, restricted, netadmin, sysadmin.")
  String profile = DebugProfile.DEFAULT;

  @Option(names = "--custom", description = "A file with a part of a container's spec.")
  String custom = "";

  @Option(
      names = {"-i", "--stdin"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Keep the container's input open and attach to it.")
  boolean stdin;

  @Option(
      names = {"-t", "--tty"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Give the container a terminal.")
  boolean tty;

  @Option(
      names = "--attach",
      arity = "0..1",
      fallbackValue = "true",
      description = "Attach to the container; with -i it is done anyway.")
  @Nullable Boolean attach;

  @Option(
      names = {"-q", "--quiet"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Print nothing that is not asked for.")
  boolean quiet;

  @Option(
      names = "--arguments-only",
      arity = "0..1",
      fallbackValue = "true",
      description = "What follows -- are arguments, not the command.")
  boolean argumentsOnly;

  @Option(names = "--keep-labels", arity = "0..1", fallbackValue = "true")
  boolean keepLabels;

  @Option(names = "--keep-annotations", arity = "0..1", fallbackValue = "true")
  boolean keepAnnotations;

  @Option(names = "--keep-liveness", arity = "0..1", fallbackValue = "true")
  boolean keepLiveness;

  @Option(names = "--keep-readiness", arity = "0..1", fallbackValue = "true")
  boolean keepReadiness;

  @Option(names = "--keep-startup", arity = "0..1", fallbackValue = "true")
  boolean keepStartup;

  @Option(names = "--keep-init-containers", arity = "0..1", fallbackValue = "true")
  boolean keepInitContainers = true;

  boolean attaches() {
    return attach == null ? stdin : attach;
  }

  /**
   * Refuses what cannot be meant, in kubectl's words.
   *
   * @param command what the container is to run
   */
  void check(List<String> command) {
    if (Boolean.TRUE.equals(attach) && image.isEmpty() && container.isEmpty()) {
      throw ClientException.error(
          "you must specify --container or create a new container using --image in order to"
              + " attach.");
    }
    if (copyTo.isEmpty()) {
      checkWithoutCopy();
    } else {
      checkCopy(command);
    }
    if (!PULL_POLICIES.contains(pullPolicy)) {
      throw ClientException.error("invalid image pull policy: " + pullPolicy);
    }
    if (!target.isEmpty() && !copyTo.isEmpty()) {
      throw ClientException.error(
          "--target is incompatible with --copy-to. Use --share-processes instead.");
    }
    if (tty && !stdin) {
      throw ClientException.error("-i/--stdin is required for containers with -t/--tty=true");
    }
  }

  private void checkCopy(List<String> command) {
    if (image.isEmpty() && images.isEmpty() && command.isEmpty()) {
      throw ClientException.error("you must specify --image, --set-image or command arguments.");
    }
    if (!command.isEmpty() && container.isEmpty() && image.isEmpty()) {
      throw ClientException.error(
          "you must specify an existing container or a new image when specifying args.");
    }
  }

  private void checkWithoutCopy() {
    if (replace) {
      throw ClientException.error("--replace may only be used with --copy-to.");
    }
    if (sameNode) {
      throw ClientException.error("--same-node may only be used with --copy-to.");
    }
    if (!images.isEmpty()) {
      throw ClientException.error("--set-image may only be used with --copy-to.");
    }
    if (image.isEmpty()) {
      throw ClientException.error("you must specify --image when not using --copy-to.");
    }
  }
}
