package dev.wherry.cli.client.node;

import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import picocli.CommandLine.Command;

/** {@code wherry cordon}. */
@Command(
    name = "cordon",
    description = "Close nodes for new pods.",
    mixinStandardHelpOptions = true)
public final class CordonCommand extends NodeVerb {
  public CordonCommand(Streams streams) {
    super(streams);
  }

  @Override
  String verb() {
    return "cordon";
  }

  @Override
  protected int run(Session session) {
    cordon(session, nodes(session), true);
    return 0;
  }
}
