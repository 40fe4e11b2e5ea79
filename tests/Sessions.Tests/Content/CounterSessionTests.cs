using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>A content that has nothing of Yjs.</summary>
public sealed class CounterSessionTests : SessionSpecification
{
    private protected override IContentKind Kind { get; } = new CounterContentKind();

    private protected override byte[] Foreign { get; } = Messages.Typed(1, 0, "x");

    private protected override byte[] Written(byte writer, byte number) =>
        CounterContentKind.Counted(writer, number + 1UL);
}
