package dev.wherry.cli;

import dev.wherry.apiserver.rest.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code wherry --version} prints. */
final class OwnVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"wherry " + Version.GIT_VERSION};
  }
}
