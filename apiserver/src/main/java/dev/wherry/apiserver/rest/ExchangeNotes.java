package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.admission.AdmissionNotes;
import dev.wherry.apiserver.http.Exchange;

/** Hands what admission says on to the client and the audit log. */
final class ExchangeNotes implements AdmissionNotes {
  private final Exchange exchange;

  ExchangeNotes(Exchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public synchronized void warn(String text) {
    exchange.warn(text);
  }

  @Override
  public void annotate(String key, String value) {
    exchange.annotate(key, value);
  }
}
