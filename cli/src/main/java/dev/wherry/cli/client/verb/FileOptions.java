package dev.wherry.cli.client.verb;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Manifests;
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
