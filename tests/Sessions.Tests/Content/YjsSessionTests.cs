using Relay.Doubles;

namespace Relay.Sessions;

public sealed class YjsSessionTests : SessionSpecification
{
    private protected override IContentKind Kind { get; } = new YjsContentKind(true);

    private protected override byte[] Foreign { get; } = CounterContentKind.Counted(1, 1);

    private protected override byte[] Written(byte writer, byte number) => Messages.Typed(writer, number, "x");
}
