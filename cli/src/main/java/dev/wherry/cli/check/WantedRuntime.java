package dev.wherry.cli.check;

import dev.wherry.cli.check.Finding.Blocked;
import dev.wherry.cli.check.Finding.Doubtful;
import dev.wherry.cli.check.Finding.Fine;
import dev.wherry.runtime.builtin.shim.OciRuntime;
import dev.wherry.runtime.choice.LookedAtHost;
import dev.wherry.runtime.choice.RememberedRuntime;
import dev.wherry.runtime.choice.RuntimeChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The runtime a worker will use, and whether this host has what it takes.
 *
 * @param choice what the command line says
 * @param remembered what the data directory's pods run on already; it goes before {@code auto}
 * @param places where others' runtimes answer, if they run
 */
public record WantedRuntime(
    RuntimeChoice choice, Optional<RememberedRuntime> remembered, LookedAtHost places) {
  private static final String SUBJECT = "runtime";

  Finding look(Host host) {
    return switch (choice) {
      case RuntimeChoice.Auto(String oci) ->
          remembered.isPresent() ? again(host, oci) : found(host, oci);
      case RuntimeChoice.BuiltIn(String oci) -> builtIn(host, oci);
      case RuntimeChoice.Containerd _ ->
          host.answers(places.containerdSocket()) ? running("containerd") : own(host);
      case RuntimeChoice.Docker _ -> docker(host);
      case RuntimeChoice.Socket(Path path) -> socket(host, path);
    };
  }

  private Finding again(Host host, String oci) {
    RememberedRuntime before = remembered.orElseThrow();
    return switch (before.kind()) {
      case BUILTIN -> builtIn(host, oci);
      case OWN -> own(host);
      case DOCKER -> docker(host);
      case FOREIGN -> socket(host, before.socket());
    };
  }

  private Finding found(Host host, String oci) {
    if (host.answers(places.containerdSocket())) {
      return running("containerd");
    }
    if (host.answers(places.dockerSocket())) {
      return running("Docker");
    }
    Finding found = builtIn(host, oci);
    return found instanceof Fine && host.exists(places.dockerSocket().toString().substring(1))
        ? new Doubtful(
            SUBJECT,
            places.dockerSocket()
                + " is there, but Docker does not answer: the built-in one is used")
        : found;
  }

  private static Finding running(String name) {
    return new Fine(SUBJECT, "the " + name + " that runs here");
  }

  private Finding builtIn(Host host, String oci) {
    Optional<String> program =
        ociPrograms(oci).filter(name -> host.program(name).isPresent()).findFirst();
    List<String> missing = new ArrayList<>();
    if (program.isEmpty()) {
      missing.add(oci.isEmpty() ? "runc" : oci);
    }
    missing.addAll(missing(host, "iptables"));
    return missing.isEmpty()
        ? new Fine(SUBJECT, "the built-in one, on " + program.orElseThrow())
        : install("the built-in one", missing);
  }

  /** In the order in which they are taken. */
  private Stream<String> ociPrograms(String oci) {
    if (!oci.isEmpty()) {
      return Stream.of(oci);
    }
    Stream<String> before =
        remembered.stream()
            .map(known -> known.oci().path().toString())
            .filter(path -> !path.isEmpty());
    return Stream.concat(before, OciRuntime.NAMES.stream());
  }

  private static Finding own(Host host) {
    List<String> missing = missing(host, "containerd", "runc", "iptables");
    return missing.isEmpty()
        ? new Fine(SUBJECT, "a containerd of our own will be started")
        : install("a containerd of our own", missing);
  }

  private static List<String> missing(Host host, String... programs) {
    return List.of(programs).stream().filter(name -> host.program(name).isEmpty()).toList();
  }

  private static Finding install(String who, List<String> missing) {
    String names = String.join(" ", missing);
    return new Blocked(SUBJECT, "for " + who + " is missing: " + names, "apt-get install " + names);
  }

  private Finding docker(Host host) {
    return host.answers(places.dockerSocket())
        ? running("Docker")
        : new Blocked(
            SUBJECT,
            "Docker does not answer at " + places.dockerSocket(),
            "Start it, or give another --runtime.");
  }

  private static Finding socket(Host host, Path path) {
    return host.answers(path)
        ? new Fine(SUBJECT, "the one at " + path)
        : new Blocked(SUBJECT, "nobody answers at " + path, "Start it, or give another --runtime.");
  }
}
