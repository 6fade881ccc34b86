package dev.wherry.cli;

import dev.wherry.apiserver.rest.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code wherry version}. */
@Command(name = "version", description = "Print the version.", mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable, IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"wherry " + Version.GIT_VERSION};
  }

  @Override
  public void run() {
    System.out.println(getVersion()[0]);
  }
}
