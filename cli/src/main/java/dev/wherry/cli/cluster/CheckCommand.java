package dev.wherry.cli.cluster;

import dev.wherry.cli.ServerSettings;
import dev.wherry.cli.check.Finding;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code wherry check}: whether a cluster can start on this host; changes nothing. */
@Command(
    name = "check",
    description = "Look whether a cluster can start on this host; changes nothing.",
    mixinStandardHelpOptions = true)
public final class CheckCommand implements Callable<Integer> {
  @Mixin private ServerSettings settings = new ServerSettings();

  @Override
  public Integer call() throws IOException {
    List<Finding> findings = Intentions.of(settings).findings();
    findings.forEach(finding -> System.out.println(line(finding)));
    return findings.stream().anyMatch(Finding.Blocked.class::isInstance) ? 1 : 0;
  }

  static String line(Finding finding) {
    return switch (finding) {
      case Finding.Fine fine -> "ok    %-11s %s".formatted(fine.subject(), fine.text());
      case Finding.Doubtful doubt -> "note  %-11s %s".formatted(doubt.subject(), doubt.text());
      case Finding.Blocked blocked ->
          "STOP  %-11s %s. %s".formatted(blocked.subject(), blocked.text(), blocked.mend());
    };
  }
}
