package dev.wherry.network.dns.forward;

import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Query;

/**
 * What is asked of another server, and by what its answer is kept: the two flags change answers.
 */
public record Question(
    DomainName name, int type, int recordClass, boolean dnssecOk, boolean checkingDisabled) {

  /** A client's question, about its own name or the one that its name stands for. */
  public static Question of(Query query, DomainName name) {
    return new Question(
        name, query.type(), query.recordClass(), query.edns().dnssecOk(), query.checkingDisabled());
  }
}
