@NullMarked
package dev.wherry.runtime.cni;

import org.jspecify.annotations.NullMarked;
