package dev.wherry.network.ingress.proxy;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Encodes answers; those to HEAD have no body whatever their headers say. */
final class AnswerEncoder extends HttpResponseEncoder {
  private boolean toHead;

  /** Before an answer is written. */
  void answering(boolean head) {
    toHead = head;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return toHead || super.isContentAlwaysEmpty(response);
  }
}
