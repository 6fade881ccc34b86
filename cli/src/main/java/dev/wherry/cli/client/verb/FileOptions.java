package dev.wherry.cli.client.verb;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** {@code -f} and {@code -R}. */
public final class FileOptions {
  @Option(
      names = {"-f", "--filename"},
      split = ",",
      description = "Files, folders, or - for a pipe.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = {"-R", "--recursive"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Go into folders inside folders.")
  private boolean recursive;

  @Option(
      names = {"-k", "--kustomize"},
      description = "Not supported.")
  private String kustomize = "";

  public boolean given() {
    return !names.isEmpty() || !kustomize.isEmpty();
  }

  /** The bytes of the one file, as {@code --raw} sends them. */
  byte[] bytes(Streams streams) {
    if (names.size() != 1 || !kustomize.isEmpty()) {
      throw ClientException.error("--raw can only use a single local file or stdin");
    }
    String name = names.getFirst();
    if (name.startsWith("http://") || name.startsWith("https://")) {
      throw ClientException.error("--raw cannot read from a url");
    }
    if (recursive) {
      throw ClientException.error("--raw and --recursive are mutually exclusive");
    }
    try {
      return name.equals("-")
          ? streams.in().readNBytes(Manifests.BYTES_MAX)
          : Files.readAllBytes(Path.of(name));
    } catch (NoSuchFileException e) {
      throw ClientException.error("open " + name + ": no such file or directory");
    } catch (IOException e) {
      throw ClientException.error("cannot read " + name + ": " + e.getMessage());
    }
  }

  public List<Manifest> read(Streams streams) {
    if (!kustomize.isEmpty()) {
      throw ClientException.error(
          "kustomizations are not built in: pipe them, kubectl kustomize "
              + kustomize
              + " | wherry apply -f -");
    }
    return Manifests.read(names, recursive, streams.in());
  }
}
