using System.Runtime.CompilerServices;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

public sealed class LoggedDocumentTests
{
    private readonly LoggedDocument content = new(
        new YjsContentKind(true), new GrowthLimit(100 << 20, NodeMemory.Unlimited.Open()), new RoomFigures());

    [Fact]
    public void A_small_document_is_encoded_once_for_each_change()
    {
        Type(0, "x");
        var first = content.Encode();
        Assert.Same(first, content.Encode());
        Type(1, "y");
        var second = content.Encode();
        Assert.NotEqual(first, second);
        Assert.Equal(second.Length, content.EncodedBytes);
    }

    [Fact]
    public void A_large_encoded_document_is_not_kept_beside_the_document()
    {
        const int Characters = 1 << 20;
        Type(0, new string('x', Characters));
        var encoded = EncodeTwice();
        GC.Collect();
        Assert.False(encoded.TryGetTarget(out _));
        Assert.InRange(content.EncodedBytes, Characters, 2 * Characters);
        Assert.Equal(content.EncodedBytes, content.Encode().Length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference<byte[]> EncodeTwice()
    {
        var encoded = content.Encode();
        Assert.Same(encoded, content.Encode());
        return new WeakReference<byte[]>(encoded);
    }

    private void Type(ulong clock, string text) => Assert.True(content.TryApply(Typed(1, clock, text), out _, out _));
}
