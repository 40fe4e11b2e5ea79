using Relay.Doubles;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What a socket may do before and after it has a place on the node.</summary>
public sealed class SocketAdmissionTests : IDisposable
{
    private readonly HocuspocusBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public void Without_a_place_little_is_read_and_kept()
    {
        var admission = bench.Admission;
        bench.HasPlace = false;
        Assert.False(admission.TryAdmit());
        Assert.False(admission.IsAdmitted);
        Assert.Equal(SocketAdmission.MaxUnadmittedBytes, admission.MaxMessageBytes);
        admission.Credit.Add(64 << 10);
        Assert.False(admission.Credit.WaitAsync(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public void With_a_place_the_settings_hold_and_the_node_is_not_asked_again()
    {
        var admission = bench.Admission;
        Assert.True(admission.TryAdmit());
        Assert.True(admission.IsAdmitted);
        Assert.Equal(1 << 20, admission.MaxMessageBytes);
        admission.Credit.Add(64 << 10);
        Assert.True(admission.Credit.WaitAsync(CancellationToken.None).IsCompleted);
        bench.HasPlace = false;
        Assert.True(admission.TryAdmit());
    }
}
