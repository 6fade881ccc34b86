package dev.wherry.cli.client.node;

import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import picocli.CommandLine.Command;

/** {@code wherry uncordon}. */
@Command(
    name = "uncordon",
    description = "Open nodes for new pods again.",
    mixinStandardHelpOptions = true)
public final class UncordonCommand extends NodeVerb {
  public UncordonCommand(Streams streams) {
    super(streams);
  }

  @Override
  String verb() {
    return "uncordon";
  }

  @Override
  protected int run(Session session) {
    cordon(session, nodes(session), false);
    return 0;
  }
}
