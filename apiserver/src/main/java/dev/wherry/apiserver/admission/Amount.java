package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.Quantity;

/** A quantity of a resource; the text of one that was given stays as it was. */
record Amount(Quantity quantity) {
  static Amount of(JsonNode value) {
    return new Amount(Quantity.parse(value.asText()));
  }

  Amount plus(Amount other) {
    return new Amount(quantity.plus(other.quantity));
  }

  Amount max(Amount other) {
    return quantity.compareTo(other.quantity) >= 0 ? this : other;
  }

  boolean isMoreThan(Amount other) {
    return quantity.compareTo(other.quantity) > 0;
  }

  boolean isNothing() {
    return quantity.signum() == 0;
  }

  double ratioTo(Amount other) {
    return quantity.amount().doubleValue() / other.quantity.amount().doubleValue();
  }

  @Override
  public String toString() {
    return quantity.toString();
  }
}
