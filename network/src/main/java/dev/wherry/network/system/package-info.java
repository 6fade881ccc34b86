/**
 * Calls of libc over FFM. They block, so only named platform threads make them, except on sockets
 * that never wait. Imported by the packages of this module that own such threads.
 */
@NullMarked
package dev.wherry.network.system;

import org.jspecify.annotations.NullMarked;
