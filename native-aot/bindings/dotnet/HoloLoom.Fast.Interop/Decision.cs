using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HoloLoom.Fast.Interop;

/// <summary>The layout of <c>hlf_decision_id</c>.</summary>
[InlineArray(16)]
public struct DecisionId
{
    private byte _first;
}

/// <summary>The layout of <c>hlf_decision</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Decision
{
    public DecisionId Id;
    public float Confidence;
    public ushort Backend;
    public ushort QueryType;
    public ushort Variant;
    public ushort Flags;
    public uint Reserved;
}
