package dev.wherry.network.dns.message;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What is answered to a query.
 *
 * @param authoritative whether it comes from data of our own
 */
public record Response(
    int rcode,
    boolean authoritative,
    List<ResourceRecord> answers,
    List<ResourceRecord> authorities,
    List<ResourceRecord> additionals) {
  public Response {
    answers = List.copyOf(answers);
    authorities = List.copyOf(authorities);
    additionals = List.copyOf(additionals);
  }

  /** Nothing but a code. */
  public static Response of(int rcode) {
    return new Response(rcode, false, List.of(), List.of(), List.of());
  }

  /**
   * The same with addresses in another order, so that clients that take the first spread.
   *
   * @param by how many places
   */
  public Response rotated(int by) {
    if (answers.size() < 2 || !ResourceRecord.areAddresses(answers)) {
      return this;
    }
    List<ResourceRecord> turned = new ArrayList<>(answers);
    Collections.rotate(turned, by);
    return new Response(rcode, authoritative, turned, authorities, additionals);
  }
}
