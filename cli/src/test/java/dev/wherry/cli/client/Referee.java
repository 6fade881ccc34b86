package dev.wherry.cli.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.cli.ServerRole;
import dev.wherry.cli.Wherry;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.lab.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One control plane and two programs on it: each acts in a namespace of its own ({@code theirs} and
 * {@code ours}), does the same to the same objects, and must say the same. An at-sign in the words
 * stands for the namespace's name, for objects that live in none.
 */
final class Referee implements AutoCloseable {
  private static final Path OF_LEVEL = Path.of("../target/tools/kubectl/kubectl").toAbsolutePath();
  private static final int COMMAND_SECONDS_MAX = 240;

  /** What a command did. */
  record Ran(int exit, String out, String err) {
    /** Ages, names of programs and of namespaces become one word each. */
    Ran comparable(String own) {
      return new Ran(exit, plain(out, own), plain(err, own));
    }

    private static String plain(String text, String own) {
      return text.replaceAll("\\b[0-9]+(s|m|h)([0-9]+[sm])?(?= |\\)|$|\n)", "AGE")
          .replaceAll("AGE +", "AGE ")
          .replaceAll("AGE +(?=\n|$)", "AGE")
          .replaceAll("20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
          .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID")
          .replaceAll("(resourceVersion\"?: ?\"?)\\d+", "$1N")
          .replaceAll("(-[0-9a-f]{6,10})?-[a-z0-9]{5}\\b", "-HASH")
          .replaceAll("/(LIVE|MERGED)-\\d+", "/$1-N")
          .replaceAll("20\\d\\d-\\d\\d-\\d\\d [0-9:.]+ .0000", "TIME")
          .replaceAll("resource version to be (\\d+), was \\d+", "resource version to be $1, was N")
          .replaceAll("pod-template-hash([=:]\"?\\s?)[0-9a-z]+", "pod-template-hash$1HASH")
          .replaceAll("\\b(theirs|ours)\\b", "SPACE")
          .replace(own, "SPACE")
          .replaceAll("(kubectl|wherry)-edit-\\d+\\.", "edit-N.")
          .replace("wherry", "kubectl");
    }
  }

  private final Path folder;
  private final ServerRole server;
  private final List<String> differences = new ArrayList<>();

  Referee(Path folder) throws Exception {
    assumeTrue(present(), "no kubectl of level 1.36: npm has it, ./dev test fetches it");
    this.folder = folder;
    server =
        ServerRole.start(
            new ServerRole.Options(
                folder.resolve("data"), "127.0.0.1", 0, List.of(), "n1", "192.0.2.7", 0, false));
    awaitFurnished("default");
    for (String space : List.of("theirs", "ours")) {
      succeed("create", "namespace", space);
      awaitFurnished(space);
    }
  }

  /** Controllers put an account and a config map into every namespace. */
  private void awaitFurnished(String space) throws IOException {
    for (String what : List.of("serviceaccount/default", "configmap/kube-root-ca.crt")) {
      Await.until(
          () -> what + " in " + space, () -> wherry("", "get", what, "-n", space).exit() == 0);
    }
  }

  /** Waits until our program prints a text in both namespaces, as controllers make it so. */
  void await(String wanted, String... words) throws IOException {
    for (String space : List.of("theirs", "ours")) {
      String[] placed = placed(space, words);
      Await.until(
          () -> wanted + " by " + List.of(placed) + ": " + wherry("", placed),
          () -> wherry("", placed).out().contains(wanted));
    }
  }

  Path folder() {
    return folder;
  }

  ServerRole server() {
    return server;
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("KUBECONFIG", server.kubeconfig().toString());
    environment.put("HOME", folder.toString());
    environment.put("PATH", System.getenv("PATH"));
    environment.put("KUBE_EDITOR", folder.resolve("editor").toString());
    return environment;
  }

  /** Runs our program in this process. */
  Ran wherry(String input, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit =
        Wherry.run(
            new Streams(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment()),
            words);
    return new Ran(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Whether the kubectl of level 1.36 is there. */
  static boolean present() {
    return Files.isExecutable(OF_LEVEL);
  }

  /** The kubectl of level 1.36. */
  static String program() {
    return OF_LEVEL.toString();
  }

  /** Runs the kubectl of level 1.36. */
  Ran kubectl(String input, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program()));
    command.addAll(List.of(words));
    Path in = Files.writeString(Files.createTempFile(folder, "in", ""), input);
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment());
    Process process = builder.start();
    assertTrue(
        process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS), () -> List.of(words).toString());
    return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** Runs our program, which must succeed. */
  String succeed(String... words) {
    Ran ran = wherry("", words);
    assertEquals(0, ran.exit(), () -> String.join(" ", words) + "\n" + ran.err());
    return ran.out();
  }

  /** A file for both programs. */
  String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  /** Puts the same objects into both namespaces. */
  void both(String manifest) throws IOException {
    for (String space : List.of("theirs", "ours")) {
      String path = file("both.yaml", manifest.replace("@", space));
      Ran ran = wherry("", "create", "-f", path, "-n", space);
      assertEquals(0, ran.exit(), ran.err());
    }
  }

  /** Runs each line in both namespaces; what differs is kept for {@link #verdict}. */
  void same(String lines) throws Exception {
    for (String line : lines.strip().split("\n")) {
      same("", line.strip().split(" "));
    }
  }

  /** As {@link #same(String)}, with something to read. */
  void same(String input, String... words) throws Exception {
    Ran theirs = kubectl(input, placed("theirs", words)).comparable("theirs");
    Ran ours = wherry(input, placed("ours", words)).comparable("ours");
    if (!theirs.equals(ours)) {
      differences.add(
          "%s%n--- theirs (%d)%n%s%s%n--- ours (%d)%n%s%s"
              .formatted(
                  String.join(" ", words),
                  theirs.exit(),
                  theirs.out(),
                  theirs.err(),
                  ours.exit(),
                  ours.out(),
                  ours.err()));
    }
  }

  private static String[] placed(String space, String[] words) {
    List<String> placed = new ArrayList<>();
    boolean given = false;
    for (String word : words) {
      given |= word.equals("-A") || word.equals("-n") || word.startsWith("--all-namespaces");
      if (word.equals("--") && !given) {
        placed.addAll(List.of("-n", space));
        given = true;
      }
      placed.add(word.replace("@", space).replace("~", " "));
    }
    if (!given) {
      placed.addAll(List.of("-n", space));
    }
    return placed.toArray(String[]::new);
  }

  /** Fails with everything in which the programs differed. */
  void verdict() {
    if (!differences.isEmpty()) {
      String all = String.join("\n\n", differences);
      differences.clear();
      fail(all);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
