package dev.wherry.cli.client.set;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code wherry set serviceaccount}. */
@Command(
    name = "serviceaccount",
    aliases = "sa",
    description = "Set the service account of pods.",
    mixinStandardHelpOptions = true)
final class SetServiceAccount extends SetVerb {
  private String account = "";

  SetServiceAccount(Streams streams) {
    super(streams);
  }

  @Override
  List<String> prepare(Session session, List<String> words) {
    if (words.isEmpty()) {
      throw ClientException.error("serviceaccount is required");
    }
    account = words.removeLast();
    return words;
  }

  @Override
  void set(Session session, ObjectNode object) {
    PodSpecs.of(object).put("serviceAccountName", account);
  }

  @Override
  boolean speaksOfUnchanged() {
    return true;
  }

  @Override
  String done() {
    return "serviceaccount updated";
  }

  @Override
  String failed() {
    return "ServiceAccountName";
  }
}
