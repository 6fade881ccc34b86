/** Tests of rules and their order. */
@NullMarked
package dev.wherry.network.ingress.route;

import org.jspecify.annotations.NullMarked;
