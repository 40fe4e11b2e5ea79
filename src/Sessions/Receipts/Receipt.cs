namespace Relay.Sessions;

/// <summary>What a connection is to hear about one of its messages.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Content">What is sent back with it, if anything: an update without a change, or a marker.</param>
/// <param name="Settles">The bytes of the message, which count as waiting until the receipt goes out.</param>
internal readonly record struct Receipt(ReceiptKind Kind, ReadOnlyMemory<byte> Content, int Settles);
